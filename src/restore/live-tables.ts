import type { Run, TableRun } from './run.ts';

/** What a run that has stopped leaves behind in the live tables. */
export function stateOfLiveTables(run: Run): string {
  const named = (state: LiveState) =>
    run.tables.filter((table) => liveState(table) === state).map(({ table }) => table);
  const [partly, written, verified] = [named('partly'), named('written'), named('verified')];
  if (partly.length + written.length + verified.length === 0) return 'The live tables were not touched.';
  const again =
    run.request.undoOf === undefined ? 'a restore to the same point' : `\`undo ${run.request.undoOf}\` again`;
  return [
    ...(partly.length === 0 ? [] : [`Partly written back: ${partly.join(', ')}; ${again} finishes it.`]),
    ...(written.length === 0 ? [] : [`Written back, not verified to the end: ${written.join(', ')}.`]),
    ...(verified.length === 0 ? [] : [`Written back and verified: ${verified.join(', ')}.`]),
  ].join(' ');
}

type LiveState = 'untouched' | 'partly' | 'written' | 'verified';

function liveState({ swap, verification }: TableRun): LiveState {
  if (swap === 'pending') return 'untouched';
  if (swap === 'in_progress') return 'partly';
  return verification !== undefined && verification.put + verification.delete === 0 ? 'verified' : 'written';
}
