/** When each environment was last drilled, and whether that is too long ago. */
import type { Environment } from './environment.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';

export type DrillRecord = {
  readonly environment: string;
  /** When the last drill of all of its tables was completed; absent: there was none. */
  readonly lastAt?: Instant;
  /** As configured; absent: nobody is reminded. */
  readonly everyDays?: number;
  readonly overdue: boolean;
};

const dayMs = 24 * 3_600_000;

/**
 * One record per environment, in their order. A drill of only some tables does not count.
 * @param drillsOf an environment's drills, newest first
 */
export function drillRecords(
  environments: readonly Environment[],
  drillsOf: (environment: string) => Iterable<Run>,
  now: Instant,
): readonly DrillRecord[] {
  return environments.map((environment) => {
    const { name, drillEveryDays: everyDays } = environment;
    const lastAt = lastWholeDrill(environment, drillsOf(name))?.endedAt;
    return {
      environment: name,
      ...(lastAt === undefined ? {} : { lastAt }),
      ...(everyDays === undefined ? {} : { everyDays }),
      overdue: everyDays !== undefined && (lastAt === undefined || now - lastAt > everyDays * dayMs),
    };
  });
}

function lastWholeDrill({ tables }: Environment, drills: Iterable<Run>): Run | undefined {
  for (const drill of drills) {
    const isWhole = tables.every(({ table }) => drill.request.tables.some((ref) => ref.table === table));
    if (drill.state === 'COMPLETED' && isWhole) return drill;
  }
  return undefined;
}

/** What people read about an overdue drill, without what to type; undefined: it is not overdue. */
export function overdueSentence(
  { environment, lastAt, everyDays, overdue }: DrillRecord,
  now: Instant,
): string | undefined {
  if (!overdue || everyDays === undefined) return undefined;
  const due = `one is due every ${everyDays === 1 ? 'day' : `${everyDays} days`}`;
  if (lastAt === undefined) return `There was no drill of ${environment} yet; ${due}.`;
  return `The last drill of ${environment} was ${Math.floor((now - lastAt) / dayMs)} days ago; ${due}.`;
}
