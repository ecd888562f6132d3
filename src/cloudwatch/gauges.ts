/** What is measured and does not happen: how long requests wait for an approval, and how old the last drill is. Pure. */
import type { DrillRecord } from '../restore/drills.ts';
import type { Run } from '../restore/run.ts';
import { embedded } from './metrics.ts';

const dayMs = 24 * 3_600_000;

/** One metric line for each environment. `open`: the runs that have not ended. */
export function gaugeLines(open: readonly Run[], drills: readonly DrillRecord[], now: number): readonly string[] {
  const waiting = open.filter(({ state }) => state === 'AWAITING_APPROVAL');
  return drills.map(({ environment, lastAt, everyDays, overdue }) => {
    const since = waiting.filter(({ request }) => request.environment === environment).map((run) => run.requestedAt);
    const values = {
      ApprovalsPending: since.length,
      ApprovalPendingAge: Math.max(0, Math.round((now - Math.min(now, ...since)) / 1000)),
      ...(lastAt !== undefined && { DrillAge: Math.round(((now - lastAt) / dayMs) * 100) / 100 }),
      ...(everyDays !== undefined && { DrillOverdue: overdue ? 1 : 0 }),
    };
    const time = new Date(now).toISOString();
    const said = { level: 'debug', time, environment, event: 'gauges', msg: 'What waits, and what is due' };
    return JSON.stringify({ ...said, ...embedded(values, { Environment: environment }, now) });
  });
}
