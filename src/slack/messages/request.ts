/** The request inside a message: who, back to when, which tables, for what reason. */
import type { KnownBlock } from '@slack/types';
import type { Environment, PlanConfirmation } from '../../restore/environment.ts';
import { whatTheApplicationSees } from '../../restore/fence/sentences.ts';
import type { RestoreRequest } from '../../restore/request.ts';
import type { Instant } from '../../restore/restore-point.ts';
import type { Run } from '../../restore/run.ts';
import { count, counted, utc } from '../measures.ts';
import { actor, bothTimes, code, escaped, listed, literal, readersTime } from '../mrkdwn.ts';
import { context, facts, quote } from './blocks.ts';
import type { Surroundings } from './surroundings.ts';
import { writtenInAll } from './written.ts';

type Fact = readonly [name: string, value: string];

/** First eight digits of the digest: what people compare. */
function shortDigest(digest: string): string {
  return digest.slice(0, 8);
}

export function requestBlocks(run: Run, { undone, environment }: Surroundings): readonly KnownBlock[] {
  const { request } = run;
  const region = environment === undefined ? '' : ` in ${escaped(environment.region)}`;
  const what: readonly Fact[] =
    request.undoOf === undefined
      ? [['Back to', `${bothTimes(request.restorePoint)}${saidAs(run)}`]]
      : [['Undoes', undoneRun(request.undoOf, undone)]];
  const rows: readonly Fact[] = [
    ['Asked by', actor(request.requestedBy)],
    ...what,
    [
      'Tables',
      `${counted(request.tables.length, 'table')} of ${code(request.environment)}${region} – ${tableNames(run)}`,
    ],
    ...optionFacts(request, environment),
  ];
  const why: readonly KnownBlock[] = request.reason === '' ? [] : [facts([['Reason', '']]), quote(request.reason)];
  return [facts(rows), ...why];
}

export function requestText(run: Run): string {
  const { request } = run;
  const why = request.reason === '' ? '' : ` Reason: ${literal(request.reason)}`;
  const tables = listed(
    request.tables.map((ref) => escaped(ref.label)),
    500,
  );
  const what =
    request.undoOf === undefined
      ? `to put ${escaped(request.environment)} (${tables}) back to ${utc(request.restorePoint)}`
      : `to undo ${escaped(request.undoOf)} in ${escaped(request.environment)} (${tables})`;
  return `${actor(request.requestedBy)} asked ${what}.${why}`;
}

/** What every message about a run ends with. */
export function reference(run: Run, ...more: readonly string[]): KnownBlock {
  return context([code(run.id), `digest ${code(shortDigest(run.digest))}`, ...more].join(' · '));
}

/** What every line of a thread ends with: whose it is, and when it was. */
export function stamp(run: Run, at: Instant): KnownBlock {
  return context(`${code(run.id)} · ${readersTime(at)} · ${utc(at)}`);
}

/** What differs from the usual way: an approver must not have to guess it. */
function optionFacts(
  { undoOf, drill, options }: RestoreRequest,
  environment: Environment | undefined,
): readonly Fact[] {
  if (drill === true) return [['Drill', 'nothing is written to a live table; the copies are deleted afterwards']];
  const usual = environment ?? { fence: 'off', planConfirmation: options.planConfirmation };
  const isRestore = undoOf === undefined;
  const said = [
    ...(isRestore && options.fence === 'off' && usual.fence === 'writes'
      ? ['*no fence*, although the configuration has one put up: other writers are not kept out']
      : []),
    ...(isRestore && options.planConfirmation !== usual.planConfirmation ? [whenAsked[options.planConfirmation]] : []),
    ...(options.fence === 'off' ? [] : [`a fence keeps other writers out of the tables. ${whatTheApplicationSees}`]),
    ...(options.onConflict === 'overwrite' || !isRestore
      ? []
      : ['items that the application changes meanwhile are kept as they are']),
    ...(options.rollback ? [] : ['should it fail halfway, it is left as it is and *not* put back']),
  ];
  return said.length === 0 ? [] : [['Options', said.join('; ')]];
}

const whenAsked: Readonly<Record<PlanConfirmation, string>> = {
  never: '*nobody is asked* before live tables are written',
  'when-counts-differ': 'somebody is asked before live tables are written when item counts differ',
  always: 'somebody is asked before live tables are written',
};

function undoneRun(undoOf: string, undone: Run | undefined): string {
  if (undone === undefined) return code(undoOf);
  const { put, deleted } = writtenInAll(undone);
  const ended = undone.endedAt === undefined ? '' : `, ended ${readersTime(undone.endedAt)}`;
  const did =
    undone.request.undoOf === undefined ? `, which put back ${counted(put, 'item')} and deleted ${count(deleted)}` : '';
  const what =
    undone.request.undoOf === undefined
      ? `${escaped(undone.request.environment)} back to ${utc(undone.request.restorePoint)}`
      : `undo of ${escaped(undone.request.undoOf)}`;
  return `${code(undoOf)} (${what}${ended})${did}`;
}

function saidAs({ request }: Run): string {
  return request.words === '' ? '' : ` – "${literal(request.words.slice(0, 100))}" in ${escaped(request.timeZone)}`;
}

function tableNames(run: Run): string {
  return listed(
    run.request.tables.map((ref) => code(ref.label)),
    1000,
  );
}
