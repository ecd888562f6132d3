import type { Run } from './run.ts';

/**
 * What a bot has to carry out after its start, one after the other: what was interrupted before what was approved and never
 * begun, and drills after everything else, because nobody in need may wait for a rehearsal. Oldest first among equals. Pure.
 */
export function inTurn(interrupted: readonly Run[], open: readonly Run[]): readonly Run[] {
  const waiting = [
    // A shell's runs are its user's to resume; one that somebody cancelled is put back by whoever can.
    ...interrupted.filter(({ origin, cancelRequested }) => origin.kind === 'slack' || cancelRequested),
    ...open.filter(({ origin, state }) => origin.kind === 'slack' && state === 'APPROVED'),
  ];
  const isDrill = ({ request }: Run) => request.drill === true;
  return [...waiting.filter((run) => !isDrill(run)), ...waiting.filter(isDrill)];
}
