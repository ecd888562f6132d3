/** How a run ended, for the parent message and for the last word in the thread. */
import type { KnownBlock } from '@slack/types';
import { adviceForAttention } from '../../restore/attention.ts';
import type { Run, RunState, TableRun } from '../../restore/run.ts';
import { actionIds, valueFor } from '../button-value.ts';
import { commandName, inSlack } from '../command.ts';
import { count, counted, duration, utc } from '../measures.ts';
import { bothTimes, code, escaped, listed, sentence } from '../mrkdwn.ts';
import { actions, button, context, lineSections, section } from './blocks.ts';
import { actual } from './cost.ts';
import { sameAgain } from './same-again.ts';
import type { Surroundings } from './surroundings.ts';
import { changesOf, conflictsOf, differencesLeft, putBackBy, rewrittenBy, undoneBy, writtenInAll } from './written.ts';

export function outcomeBlocks(run: Run, surroundings: Surroundings): readonly KnownBlock[] {
  return [
    section(outcomeText(run)),
    ...(run.state === 'NEEDS_ATTENTION' ? whatToDo(run, surroundings) : []),
    ...keptTables(run, surroundings),
    ...digests(run),
    ...costs(run),
  ];
}

/** One paragraph of mrkdwn: what happened, and for a failure what to do next. */
export function outcomeText(run: Run): string {
  if (run.state === 'COMPLETED') return completed(run);
  const message = sentence(run.failure?.message ?? 'The reason is not known.');
  const hint = escaped(inSlack(hintOf(run)));
  return `${markOf(run.state)}${took(run, 'after')}: ${message}${rolledBack(run)}${hint === '' ? '' : `\n*Next:* ${hint}`}`;
}

function completed(run: Run): string {
  if (run.request.drill === true) return rehearsed(run);
  return run.request.undoOf === undefined ? restored(run) : undone(run);
}

/** Each table's state and what to type have lines of their own, in Slack's words. */
function hintOf({ id, request, tables, state, failure }: Run): string {
  const hint = failure?.hint ?? '';
  return state === 'NEEDS_ATTENTION' ? hint.replace(adviceForAttention({ id, request, tables }), '').trim() : hint;
}

/** Offered while it is possible; the teller takes it away afterwards. */
export function undoBlocks(run: Run, { undoableUntil, undoneBy }: Surroundings): readonly KnownBlock[] {
  if (undoneBy !== undefined) return [context(`Somebody asked to undo it: ${code(undoneBy)}.`)];
  if (undoableUntil === undefined) return [];
  const undo = button({ actionId: actionIds.undo, label: 'Undo …', value: valueFor(run) });
  return [actions(undo), context(`What it overwrote can be put back until ${bothTimes(undoableUntil)}.`)];
}

function restored(run: Run): string {
  const { unchanged } = changesOf(run);
  const { put, deleted } = writtenInAll(run);
  const left = differencesLeft(run);
  const verdict =
    left === 0
      ? 'Live and restored tables were compared item by item after the last write, and are the same.'
      : `Live and restored tables were compared item by item after the last write: ${counted(left, 'item')} differ, because the application wrote them meanwhile.`;
  return (
    `:white_check_mark: ${escaped(run.request.environment)} is back to ${utc(run.request.restorePoint)}${took(run)}: ` +
    `${count(put)} put back, ${count(deleted)} deleted, ${count(unchanged)} unchanged. ${meanwhile(run)}${verdict}`
  );
}

/** What a drill has shown: that it would work, how long it takes, and what it would do. */
function rehearsed(run: Run): string {
  const { put, deleted } = changesOf(run);
  const built = Math.max(0, ...run.tables.map(({ restoreMs }) => restoreMs ?? 0));
  const plan =
    put + deleted === 0
      ? 'A restore would have nothing to write.'
      : `A restore would put back ${counted(put, 'item')} and delete ${count(deleted)}.`;
  return (
    `:white_check_mark: The drill of ${escaped(run.request.environment)} went well${took(run)}: ` +
    `${counted(run.tables.length, 'table')} can be put back to ${utc(run.request.restorePoint)}. ` +
    `AWS built the copies in ${duration(built)}. ${plan} Nothing live was written, and the copies are deleted.`
  );
}

function undone(run: Run): string {
  const { undoOf, environment } = run.request;
  const { put, deleted } = undoneBy(run);
  return (
    `:white_check_mark: What ${code(undoOf ?? '')} overwrote in ${escaped(environment)} is put back${took(run)}: ` +
    `${counted(put, 'item')} to put back as before, ${count(deleted)} to delete again.` +
    `${leftAlone(conflictsOf(run).kept)} Every item that was put back was read again afterwards.`
  );
}

/** What the application wrote while we did. Nothing of it is lost: the journal has it. */
function meanwhile(run: Run): string {
  const { overwritten, kept } = conflictsOf(run);
  const again = rewrittenBy(run);
  const rewritten = again.put + again.deleted;
  const lines = [
    ...(overwritten === 0
      ? []
      : [
          `${counted(overwritten, 'item')} changed by the application meanwhile ${areOr(overwritten)} put back all the same, after journalling.`,
        ]),
    ...(rewritten === 0
      ? []
      : [
          `${counted(rewritten, 'item')} written meanwhile ${areOr(rewritten)} put back or deleted again; ${rewritten === 1 ? 'its image is' : 'their images are'} in the journal.`,
        ]),
    ...(kept === 0
      ? []
      : [
          `${counted(kept, 'item')} changed by the application meanwhile ${areOr(kept)} kept as the application wrote ${kept === 1 ? 'it' : 'them'}.`,
        ]),
  ];
  return lines.map((line) => `${line} `).join('');
}

function areOr(value: number): string {
  return value === 1 ? 'was' : 'were';
}

function rolledBack(run: Run): string {
  if (run.state !== 'ROLLED_BACK') return '';
  return ` What had been written is put back: ${counted(putBackBy(run).putBack, 'item')}.`;
}

function leftAlone(changedSince: number): string {
  if (changedSince === 0) return '';
  return ` ${counted(changedSince, 'item')} changed since by somebody else ${areOr(changedSince)} not touched.`;
}

const marks: Partial<Readonly<Record<RunState, string>>> = {
  CANCELLED: ':octagonal_sign: Cancelled',
  ROLLED_BACK: ':leftwards_arrow_with_hook: Rolled back',
  NEEDS_ATTENTION: ':rotating_light: *A person has to look at this now.* It is neither finished nor put back. Stopped',
};

function markOf(state: RunState): string {
  return marks[state] ?? ':x: Failed';
}

function took({ durationMs }: Run, word: 'in' | 'after' = 'in'): string {
  return durationMs === undefined ? '' : ` ${word} ${duration(durationMs)}`;
}

/** What state each table is in, and what to type. */
function whatToDo(run: Run, { environment, undoableUntil }: Surroundings): readonly KnownBlock[] {
  const { undoOf } = run.request;
  const tables = run.tables.map((table) => `• ${code(table.table)}: ${stateOf(table)}`);
  const commands = [
    undoOf === undefined
      ? `${sameAgain(run, environment)} finishes it: what is right already is not written again`
      : `${code(`${commandName} undo ${undoOf}`)} finishes it: what is back already is not written again`,
    ...(undoableUntil !== undefined ? [`${code(`${commandName} undo ${run.id}`)} puts back what it overwrote`] : []),
    `${code(`${commandName} status`)} says what is running now`,
  ];
  return [
    ...lineSections(['*The live tables now:*', ...tables], 2500),
    section(['*What to type:*', ...commands.map((line) => `• ${line}`)].join('\n')),
  ];
}

function stateOf({ swap, rolledBack: back, conflicts }: TableRun): string {
  if (back !== undefined) {
    return `put back (${counted(back.putBack, 'item')}), as before${back.changedSince === 0 ? '' : `, but for ${count(back.changedSince)} that somebody else changed since`}`;
  }
  switch (swap) {
    case 'pending':
      return 'not touched';
    case 'in_progress':
      return ':warning: partly written, and *not* put back';
    case 'complete':
      return `written in full, and *not* put back${conflicts === undefined || conflicts.kept === 0 ? '' : `; ${count(conflicts.kept)} kept as the application wrote them`}`;
  }
}

function keptTables(run: Run, { environment }: Surroundings): readonly KnownBlock[] {
  const kept = run.failure?.restoreTablesKept ?? [];
  if (kept.length === 0) return [];
  const names = listed(kept.map(code), 2000);
  // Where a person has to look, what to type stands above.
  const again = run.state === 'NEEDS_ATTENTION' ? '' : `\nTo try again: ${sameAgain(run, environment)}`;
  const title = `Restore ${kept.length === 1 ? 'table' : 'tables'} kept`;
  return [section(`*${title}* (${counted(kept.length, 'table')}): ${names}${again}`)];
}

function costs(run: Run): readonly KnownBlock[] {
  const cost = actual(run);
  return cost === undefined ? [] : [section(`*Cost:* ${cost}`)];
}

function digests(run: Run): readonly KnownBlock[] {
  const verified = run.tables.flatMap(({ verification }) => verification ?? []);
  if (run.state !== 'COMPLETED' || verified.length === 0) return [];
  const isSame = differencesLeft(run) === 0;
  const lines = verified.map(({ label, liveDigest, restoredDigest }) =>
    isSame ? `${code(label)} ${code(liveDigest)}` : `${code(label)} ${code(liveDigest)} / ${code(restoredDigest)}`,
  );
  const title = isSame ? 'Digest of live and restored items' : 'Digests of live / restored items';
  return [section(`*${title}:* ${listed(lines, 2000)}`)];
}
