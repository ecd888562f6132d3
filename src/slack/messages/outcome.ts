/** How a run ended, for the parent message and for the last reply. */
import type { KnownBlock } from '@slack/types';
import type { Run } from '../../restore/run.ts';
import { commandName } from '../command.ts';
import { count, counted, duration, utc } from '../measures.ts';
import { code, escaped, listed } from '../mrkdwn.ts';
import { section } from './blocks.ts';
import { changesOf } from './phases.ts';

export function outcomeBlocks(run: Run): readonly KnownBlock[] {
  return [section(outcomeText(run)), ...keptTables(run), ...digests(run)];
}

/** One paragraph of mrkdwn: what happened, and for a failure what to do next. */
export function outcomeText(run: Run): string {
  const { put, deleted, unchanged } = changesOf(run);
  const took = run.durationMs === undefined ? '' : ` in ${duration(run.durationMs)}`;
  if (run.state === 'COMPLETED') {
    return (
      `:white_check_mark: ${escaped(run.request.environment)} is back to ${utc(run.request.restorePoint)}${took}: ` +
      `${count(put)} put back, ${count(deleted)} deleted, ${count(unchanged)} unchanged. ` +
      'Live and restored tables were compared item by item after the last write, and are the same.'
    );
  }
  const mark = run.state === 'CANCELLED' ? ':octagonal_sign: Cancelled' : ':x: Failed';
  const message = escaped(run.failure?.message ?? 'The reason is not known.');
  const hint = escaped(run.failure?.hint ?? '');
  return `${mark}${took}: ${message}${hint === '' ? '' : `\n*Next:* ${hint}`}`;
}

function keptTables(run: Run): readonly KnownBlock[] {
  const kept = run.failure?.restoreTablesKept ?? [];
  if (kept.length === 0) return [];
  const names = listed(kept.map(code), 2000);
  const next = `To try again: ${code(`${commandName} ${run.request.environment} ${new Date(run.request.restorePoint).toISOString().replace('.000Z', 'Z')}`)}`;
  return [
    section(
      `*Restore ${kept.length === 1 ? 'table' : 'tables'} kept* (${counted(kept.length, 'table')}): ${names}\n${next}`,
    ),
  ];
}

function digests(run: Run): readonly KnownBlock[] {
  const verified = run.tables.flatMap(({ verification }) => verification ?? []);
  if (run.state !== 'COMPLETED' || verified.length === 0) return [];
  const lines = verified.map(({ label, liveDigest }) => `${code(label)} ${code(liveDigest)}`);
  return [section(`*Digest of live and restored items:* ${listed(lines, 2000)}`)];
}
