import { isPassing } from './errors.ts';
import type { Clock, Tables } from './ports.ts';

/** As long as reading and writing items puts up with a table that gives nothing (`AwsSettings.patienceMs`). */
const patienceMs = 120_000;
const firstWaitMs = 500;
const longestWaitMs = 5_000;

/**
 * The same control plane for a run that is under way: what AWS cannot tell now is asked again, for two minutes. A clear
 * no stays one at once. Whoever asks without a signal could not be stopped, and is not kept waiting.
 */
export function patientTables(tables: Tables, clock: Clock): Tables {
  const patiently = async <T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const until = clock.now() + patienceMs;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(2 * waitMs, longestWaitMs)) {
      try {
        return await ask();
      } catch (error) {
        if (signal === undefined || !isPassing(error) || clock.now() >= until) throw error;
      }
      await clock.sleep(waitMs, signal);
    }
  };
  return {
    ...tables,
    describe: async (table, signal) => patiently(() => tables.describe(table, signal), signal),
    recoveryWindow: async (table, signal) => patiently(() => tables.recoveryWindow(table, signal), signal),
  };
}
