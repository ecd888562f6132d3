/** The request inside a message: who, back to when, which tables, why. */
import type { KnownBlock } from '@slack/types';
import type { Run } from '../../restore/run.ts';
import { counted, utc } from '../measures.ts';
import { actor, bothTimes, code, escaped, listed, literal } from '../mrkdwn.ts';
import { context, facts, quote } from './blocks.ts';

/** First eight digits of the digest: what people compare. */
function shortDigest(digest: string): string {
  return digest.slice(0, 8);
}

export function requestBlocks(run: Run): readonly KnownBlock[] {
  const { request } = run;
  const rows: (readonly [string, string])[] = [
    ['Asked by', actor(request.requestedBy)],
    ['Back to', `${bothTimes(request.restorePoint)}${saidAs(run)}`],
    ['Tables', `${counted(request.tables.length, 'table')} of ${code(request.environment)} – ${tableNames(run)}`],
  ];
  const why: readonly KnownBlock[] = request.reason === '' ? [] : [facts([['Why', '']]), quote(request.reason)];
  return [facts(rows), ...why];
}

export function requestText(run: Run): string {
  const { request } = run;
  const why = request.reason === '' ? '' : ` Why: ${literal(request.reason)}`;
  const tables = listed(
    request.tables.map((ref) => escaped(ref.label)),
    500,
  );
  return `${actor(request.requestedBy)} asked to put ${escaped(request.environment)} (${tables}) back to ${utc(request.restorePoint)}.${why}`;
}

/** What every message about a run ends with. */
export function reference(run: Run, ...more: readonly string[]): KnownBlock {
  return context([code(run.id), `digest ${code(shortDigest(run.digest))}`, ...more].join(' · '));
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
