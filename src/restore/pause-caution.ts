import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';
import { isPaused } from './speed.ts';

/** When the first of the run's fences opens by itself; undefined: it has none that is closed, or will be. */
function fenceOpensAt({ tables }: Pick<Run, 'tables'>): Instant | undefined {
  const ends = tables.flatMap(({ fence }) => (fence === undefined || fence.state === 'lowered' ? [] : [fence.endsAt]));
  return ends.length === 0 ? undefined : Math.min(...ends);
}

/** What whoever pauses a restore has to know; undefined: nothing. A plain sentence. */
export function pauseCaution(run: Pick<Run, 'tables' | 'speed' | 'rollback'>): string | undefined {
  if (!isPaused(run)) return undefined;
  const opensAt = fenceOpensAt(run);
  if (opensAt === undefined) return undefined;
  const at = new Date(opensAt).toISOString().replace('.000', '');
  return `The fence does not wait: it opens at ${at}. Go on well before; a restore that is not verified by then stops, and what it wrote is put back.`;
}
