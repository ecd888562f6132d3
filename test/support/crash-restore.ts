import type { Clock } from '../../src/restore/ports.ts';
import type { Wish } from '../../src/restore/restores.ts';
import type { Run } from '../../src/restore/run.ts';
import type { RunId } from '../../src/restore/run-id.ts';
import type { Program } from './crash-program.ts';
import type { CrashWorld } from './crash-world.ts';
import { refs, startCrashWorld } from './crash-world.ts';
import { shell, start } from './engine.ts';
import { fastClock } from './fast-clock.ts';
import { alice } from './requests.ts';

/** Two tables after the accident, in a world that lives `faster` times faster than this one; closed in the end. */
export async function inAWorld<T>(
  act: (world: CrashWorld, clock: Clock) => Promise<T>,
  { startsAt = start, faster = 100 } = {},
): Promise<T> {
  const clock = fastClock(startsAt, faster);
  const world = await startCrashWorld({ clock: clock.now, restoreMs: 15 * faster });
  try {
    await world.accident();
    return await act(world, clock);
  } finally {
    await world.close();
  }
}

/** Asks to have the accident undone. */
export async function askForRestore(
  { restores }: Program,
  { restorePoint }: CrashWorld,
  changes: Partial<Wish> = {},
): Promise<RunId> {
  const wish: Wish = {
    environment: 'prod',
    tables: refs,
    restorePoint,
    words: 'an hour ago',
    timeZone: 'UTC',
    requestedBy: alice,
    reason: '',
    options,
    ...changes,
  };
  return (await restores.request(wish, shell)).id;
}

export const options: Wish['options'] = {
  planConfirmation: 'never',
  rollback: true,
  onConflict: 'overwrite',
  fence: 'off',
  timeoutMinutes: 30,
  dryRun: false,
};

export async function restore(program: Program, world: CrashWorld, changes: Partial<Wish> = {}): Promise<Run> {
  return program.restores.execute(await askForRestore(program, world, changes));
}
