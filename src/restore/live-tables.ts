import { keptSentence } from './attention.ts';
import type { Run, TableRun } from './run.ts';

/** In what state a run that has stopped, for now or for good, leaves the live tables. */
export function stateOfLiveTables(run: Run): string {
  const sentences = Object.entries(sentenceOf).flatMap(([state, sentence]) => {
    const tables = run.tables.filter((table) => liveState(table, run) === state).map(({ table }) => table);
    return tables.length === 0 ? [] : [`${sentence}: ${tables.join(', ')}.`];
  });
  return sentences.length === 0 ? 'The live tables were not touched.' : sentences.join(' ');
}

/** What to do about what a run that has ended has written. Empty: nothing. */
export function adviceForWritten(run: Run): string {
  const { id, request, tables } = run;
  const states = tables.map((table) => liveState(table, run));
  if (states.every((state) => state === 'untouched' || state === 'putBack')) return '';
  const again = request.undoOf === undefined ? 'A restore to the same point' : `\`undo ${request.undoOf}\``;
  return [
    ...(states.includes('partly') ? [`${again} finishes it.`] : []),
    `\`undo ${id}\` ${request.undoOf === undefined ? 'puts back what was written' : 'takes back what was put back'}.`,
    keptSentence,
  ].join(' ');
}

const sentenceOf = {
  beingPutBack: 'Being put back, and not yet all of it',
  putBack: 'Put back',
  partly: 'Partly written back',
  written: 'Written back, not verified to the end',
  verified: 'Written back and verified',
} as const satisfies Partial<Record<LiveState, string>>;

type LiveState = 'untouched' | 'beingPutBack' | 'putBack' | 'partly' | 'written' | 'verified';

function liveState({ swap, verification, rolledBack }: TableRun, { rollback }: Run): LiveState {
  if (swap === 'pending') return 'untouched';
  if (rolledBack !== undefined) return 'putBack';
  if (rollback !== undefined) return 'beingPutBack';
  if (swap === 'in_progress') return 'partly';
  return verification !== undefined && verification.put + verification.delete === 0 ? 'verified' : 'written';
}
