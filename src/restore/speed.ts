/**
 * How fast a running restore may read and write its tables; a person may change it at any time. The ceilings of the
 * environment (maxReadUnits, maxWriteUnits) hold at every speed.
 *
 * - `slow`: a quarter: of the limit that each table was found to have, or, as long as none was met, of what a new
 *   on-demand table takes (1,000 write units and 3,000 read units a second); a quarter of a ceiling; and a quarter of the
 *   requests at once.
 * - `normal`: up to nine tenths of the limit that was found. A tenth is left to the application, and now and then a little
 *   more is tried.
 * - `fast`: just under the limit that was found, twice as many requests at once.
 * - `pause`: no new request about items. What is under way ends. The lock, the fence and the restore tables stay, and
 *   nothing is given up for waiting; a fence still opens at its own time. AWS goes on building restore tables. Cancel
 *   works, and what is put back is never paused.
 */
export const speeds = ['slow', 'normal', 'fast', 'pause'] as const;
export type Speed = (typeof speeds)[number];

/** Asked before every request to the data plane, so that a change is felt at once. */
export type SpeedNow = () => Speed;

/** Capacity units as AWS counted them in its replies. */
export type Consumed = { readonly readUnits: number; readonly writeUnits: number };

/** Whether a run stands still because a person wants it to. Putting back never does. */
export function isPaused({ speed, rollback }: { readonly speed: Speed; readonly rollback?: object }): boolean {
  return speed === 'pause' && rollback === undefined;
}
