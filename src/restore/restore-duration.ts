import type { Run } from './run.ts';

/** How long AWS will take to restore a table, in ms. */
export type RestoreDuration = {
  readonly likelyMs: number;
  /** Longer than this would be unusual. */
  readonly unusualMs: number;
  /** How many earlier restores of the same tables this is from; 0: it is the rule. */
  readonly from: number;
};

const minute = 60_000;

/**
 * Without any history. AWS tells no progress. Empty tables were seen to take one to twelve minutes; re:Post says 20 minutes
 * at least, whatever the size; 95 % of all restores end within an hour (Developer Guide, edition of 2023).
 */
const rule: RestoreDuration = { likelyMs: 20 * minute, unusualMs: 60 * minute, from: 0 };

/** Of so many of the last restores of a table. */
const lookedAt = 5;

/** From the last restores of the same tables, newest first: tables are restored side by side, so the slowest one counts. */
export function restoreDuration(tables: readonly string[], history: readonly Run[]): RestoreDuration {
  const ofTables = tables.map((table) => ofTable(table, history));
  const known = ofTables.filter((one) => one.from > 0);
  // A table that was never restored may be the slowest one.
  const all = known.length < tables.length ? [...known, rule] : known;
  return {
    likelyMs: Math.max(...all.map((one) => one.likelyMs)),
    unusualMs: Math.max(...all.map((one) => one.unusualMs)),
    from: Math.min(...ofTables.map((one) => one.from)),
  };
}

function ofTable(table: string, history: readonly Run[]): RestoreDuration {
  const took = history
    .flatMap((run) => run.tables.find((one) => one.table === table)?.restoreMs ?? [])
    .slice(0, lookedAt)
    .toSorted((a, b) => a - b);
  const median = took[Math.floor(took.length / 2)];
  if (median === undefined) return rule;
  return { likelyMs: median, unusualMs: 2 * Math.max(...took), from: took.length };
}
