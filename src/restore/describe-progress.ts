import type { Phase } from './events.ts';
import type { TableProgress } from './ports.ts';
import { restoreDuration } from './restore-duration.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';
import { isPaused } from './speed.ts';
import type { TableRun } from './table-run.ts';

/** How far a run is in its present phase. What is not known is absent. */
export type PhaseProgress = {
  readonly phase: Phase;
  readonly elapsedMs: number;
  /** Of all tables; `total` is AWS's last count, up to six hours old, and left out as soon as it is seen to be wrong. */
  readonly items?: { readonly done: number; readonly total?: number };
  readonly bytes?: number;
  readonly itemsPerSecond?: number;
  /** From 0 to 1. */
  readonly share?: number;
  /** Until the phase is over, at the present rate; for AWS's restore, as it took the last times. */
  readonly remainingMs?: number;
  /** What the remaining time is from; `rule`: a rule of thumb, which is all there is before the first restore. */
  readonly basis?: 'rate' | 'earlier-runs' | 'rule';
  /** Of several tables those that are under way, in the order of the run. */
  readonly tables?: readonly TableItems[];
  /** How many tables AWS has restored, while it does. */
  readonly restored?: { readonly done: number; readonly total: number };
  readonly paused: boolean;
};

/** How far one table is; `total` as above. */
export type TableItems = {
  readonly label: string;
  readonly done: number;
  readonly total?: number;
  readonly bytes?: number;
};

/** Before that nothing is said about the time that is left. */
const leastMeasuredMs = 2_000;

/** Phases in which items are counted, and whether a table has ended its part in them. */
const countingPhases: Partial<Readonly<Record<Phase, (table: TableRun) => boolean>>> = {
  VERIFY_COUNTS: ({ comparison }) => comparison !== undefined,
  SWAP_DATA: ({ swap }) => swap === 'complete',
  VERIFY_DATA: ({ verification }) => verification !== undefined,
  ROLL_BACK: ({ rolledBack }) => rolledBack !== undefined,
};

/**
 * How far a run is; undefined: it does nothing that can be measured. Pure. `history`: earlier runs, newest first.
 */
export function describeProgress(
  run: Run,
  progress: ReadonlyMap<string, TableProgress>,
  history: readonly Run[],
  now: Instant,
): PhaseProgress | undefined {
  const { phase } = run;
  if (phase === undefined || run.endedAt !== undefined) return undefined;
  const { status, startedAt } = run.phases[phase];
  if (status !== 'in_progress' || startedAt === undefined) return undefined;
  const begun = {
    phase,
    elapsedMs: Math.max(0, now - startedAt),
    paused: isPaused(run),
  };
  if (phase === 'AWAIT_ACTIVE') return { ...begun, ...awaited(run, history, begun.elapsedMs) };
  const hasEnded = countingPhases[phase];
  if (hasEnded === undefined) return undefined;
  const tables = new Map([...progress].filter(([, table]) => table.phase === undefined || table.phase === phase));
  // A table that waits for its turn has not told yet how much it has to do.
  const isWhole = run.tables.every((table) => tables.has(table.label) || hasEnded(table));
  const counted = countedItems([...tables.values()], isWhole, begun.elapsedMs);
  if (counted === undefined) return begun.paused ? begun : undefined;
  const { remainingMs, basis, ...rest } = counted;
  return {
    ...begun,
    ...rest,
    ...(run.tables.length > 1 ? { tables: underWay(run, tables) } : {}),
    ...(remainingMs === undefined || basis === undefined || begun.paused ? {} : { remainingMs, basis }),
  };
}

function underWay(run: Run, tables: ReadonlyMap<string, TableProgress>): readonly TableItems[] {
  return run.tables.flatMap(({ label }) => {
    const table = tables.get(label);
    if (table === undefined || table.isDone) return [];
    const { done, bytes } = table;
    const total = totalOf(table);
    return { label, done, ...(total === undefined ? {} : { total }), ...(bytes === undefined ? {} : { bytes }) };
  });
}

/** undefined: it is not known, or was seen to be wrong. */
function totalOf({ done, total, isDone }: TableProgress): number | undefined {
  if (isDone) return done;
  return total === undefined || total < done || total === 0 ? undefined : total;
}

function awaited(run: Run, history: readonly Run[], elapsedMs: number): Partial<PhaseProgress> {
  const waitingFor = run.tables.filter((table) => table.restoreMs === undefined);
  const restored = { done: run.tables.length - waitingFor.length, total: run.tables.length };
  if (waitingFor.length === 0) return { restored, remainingMs: 0 };
  const earlier = history.filter((other) => other.id !== run.id);
  const tables = waitingFor.map(({ table }) => table);
  const { likelyMs, from } = restoreDuration(tables, earlier);
  // Later than expected: nobody knows how long it will be.
  if (elapsedMs >= likelyMs) return { restored };
  return { restored, remainingMs: likelyMs - elapsedMs, basis: from === 0 ? 'rule' : 'earlier-runs' };
}

/** `isWhole`: these are all tables there are. */
function countedItems(
  tables: readonly TableProgress[],
  isWhole: boolean,
  elapsedMs: number,
): Partial<PhaseProgress> | undefined {
  const done = sum(tables, (table) => table.done);
  if (tables.length === 0 || done === 0) return undefined;
  const total = isWhole ? sumKnown(tables, totalOf) : undefined;
  const bytes = sumKnown(tables, (table) => table.bytes);
  // What was measured of a table that is done is not of now.
  const perSecond = sum(tables, ({ isDone, perSecond: rate = 0 }) => (isDone ? 0 : rate));
  return {
    items: { done, ...(total === undefined ? {} : { total }) },
    ...(bytes === undefined ? {} : { bytes }),
    ...(perSecond > 0 ? { itemsPerSecond: perSecond } : {}),
    ...(total === undefined ? {} : { share: done / total }),
    ...remaining(tables, total, elapsedMs),
  };
}

/**
 * The tables are worked on side by side: the slowest one says when it is over. Where its rate was not measured yet, what
 * it did since the phase began has to do.
 */
function remaining(
  tables: readonly TableProgress[],
  total: number | undefined,
  elapsedMs: number,
): Pick<PhaseProgress, 'remainingMs' | 'basis'> {
  if (total === undefined || elapsedMs < leastMeasuredMs) return {};
  const each = tables.map(({ done, total: all = 0, perSecond = (done * 1000) / elapsedMs }) => {
    if (done >= all) return 0;
    return perSecond > 0 ? ((all - done) * 1000) / perSecond : Number.POSITIVE_INFINITY;
  });
  const longest = Math.max(...each);
  return Number.isFinite(longest) ? { remainingMs: longest, basis: 'rate' } : {};
}

function sum(tables: readonly TableProgress[], of: (table: TableProgress) => number): number {
  return tables.reduce((total, table) => total + of(table), 0);
}

/** undefined as soon as one of them is. */
function sumKnown(
  tables: readonly TableProgress[],
  of: (table: TableProgress) => number | undefined,
): number | undefined {
  let total = 0;
  for (const table of tables) {
    const one = of(table);
    if (one === undefined) return undefined;
    total += one;
  }
  return total;
}
