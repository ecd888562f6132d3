import type { ProgressBoard } from './restore/ports.ts';

/** Progress of the runs of this process, in memory. */
export function createProgressBoard(): ProgressBoard {
  const runs = new Map<string, Map<string, { readonly done: number; readonly total: number | undefined }>>();
  return {
    set(runId, label, done, total) {
      const tables = runs.get(runId) ?? new Map();
      runs.set(runId, tables.set(label, { done, total }));
    },
    get: (runId) => runs.get(runId) ?? new Map(),
  };
}
