import type { Clock } from '../../src/restore/ports.ts';
import type { RunId } from '../../src/restore/run-id.ts';
import type { Program } from './crash-program.ts';
import type { CrashWorld } from './crash-world.ts';
import { refs, startCrashWorld } from './crash-world.ts';
import { shell, start } from './engine.ts';
import { fastClock } from './fast-clock.ts';
import { alice } from './requests.ts';

/** Two tables after the accident, in a world that lives a hundred times faster than this one; closed in the end. */
export async function inAWorld<T>(act: (world: CrashWorld, clock: Clock) => Promise<T>): Promise<T> {
  const clock = fastClock(start, 100);
  const world = await startCrashWorld({ clock: clock.now, restoreMs: 1_500 });
  try {
    await world.accident();
    return await act(world, clock);
  } finally {
    await world.close();
  }
}

/** Asks to have the accident undone. */
export async function askForRestore({ restores }: Program, { restorePoint }: CrashWorld): Promise<RunId> {
  const wish = {
    environment: 'prod',
    tables: refs,
    restorePoint,
    words: 'an hour ago',
    timeZone: 'UTC',
    requestedBy: alice,
    reason: '',
    options: {
      planConfirmation: 'never',
      rollback: true,
      onConflict: 'overwrite',
      fence: 'off',
      timeoutMinutes: 30,
      dryRun: false,
    },
  } as const;
  return (await restores.request(wish, shell)).id;
}

export async function restore(program: Program, world: CrashWorld) {
  return program.restores.execute(await askForRestore(program, world));
}
