import type { Output } from '../reporters/console.ts';
import { fencesStillUp, waysOn } from '../reporters/lines.ts';
import { stateOfLiveTables } from '../restore/live-tables.ts';
import type { Run } from '../restore/run.ts';
import { hasEnded, restoreTablesOf } from '../restore/run.ts';

const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl+C and friends: the first one asks the run to pause at its next safe point, the second one leaves at once and says
 * what is left behind. Either way it can be resumed. Call `forget` when the run has ended.
 */
export function stopOnInterrupt(
  stderr: Output,
  runNow: () => Run | undefined,
): { readonly signal: AbortSignal; readonly forget: () => void } {
  const stop = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (!stop.signal.aborted) {
      stderr.write(
        `\n${name}: stopping at the next safe point. AWS goes on with restores it has begun. Once more leaves at once.\n`,
      );
      stop.abort();
      return;
    }
    for (const sentence of leftBehind(runNow())) stderr.write(`${sentence}\n`);
    process.exit(1);
  };
  for (const name of stopSignals) process.on(name, onSignal);
  return {
    signal: stop.signal,
    forget() {
      for (const name of stopSignals) process.off(name, onSignal);
    },
  };
}

/** What a process that leaves in the middle leaves behind, and what to do about it. */
export function leftBehind(run: Run | undefined): readonly string[] {
  if (run === undefined || hasEnded(run)) return ['Left. No restore was running.'];
  const tables = restoreTablesOf(run);
  return [
    `Left ${run.id} in the middle${run.phase === undefined ? '' : `, in phase ${run.phase}`}.`,
    stateOfLiveTables(run),
    tables.length === 0 ? 'No restore table was made.' : `Restore tables that may exist in AWS: ${tables.join(', ')}.`,
    waysOn(run),
    ...fencesStillUp(run),
    'The lock frees itself, as this process is gone.',
  ];
}
