import type { RunId } from './events.ts';
import type { EventLog } from './ports.ts';
import type { Run } from './run.ts';
import type { Speed, SpeedNow } from './speed.ts';
import { isPaused } from './speed.ts';

/**
 * The speed of a run, kept up to date with the record, also with what other processes write there: it is asked before
 * every request and must cost nothing. `stop` ends that.
 */
export function followSpeed(
  log: Pick<EventLog, 'run' | 'watch'>,
  runId: RunId,
): { readonly now: SpeedNow; readonly stop: () => void } {
  let speed: Speed = 'normal';
  const look = () => {
    const run = log.run(runId);
    if (run !== undefined) speed = speedOf(run);
  };
  const stop = log.watch(look);
  look();
  return { now: () => speed, stop };
}

/** Putting back is never paused: whoever cancels a paused restore wants it put back now. */
function speedOf(run: Run): Speed {
  return run.speed === 'pause' && !isPaused(run) ? 'normal' : run.speed;
}
