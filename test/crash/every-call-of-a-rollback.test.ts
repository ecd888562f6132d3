import { describe, expect, test } from 'vitest';
import { expectNothingLost } from '../support/crash-invariants.ts';
import type { End } from '../support/crash-life.ts';
import { at, Life } from '../support/crash-life.ts';
import { Killed, startProgram } from '../support/crash-program.ts';
import { inAWorld, restore } from '../support/crash-restore.ts';
import type { CrashWorld } from '../support/crash-world.ts';

/** The second delete is denied, when others were made and puts were, too: what was written is put back. */
function deny({ aws }: CrashWorld): void {
  aws.faults.add({ kind: 'access-denied', operation: 'DeleteItem', nth: 2 });
}

/** The calls of a rollback that nobody disturbs. */
const calls = await inAWorld(async (world, clock) => {
  deny(world);
  const life = new Life();
  const program = await startProgram(world, clock, 1, life);
  expect(await restore(program, world)).toMatchObject({ state: 'ROLLED_BACK' });
  await program.close();
  return life.calls.slice(life.calls.findIndex(({ name }) => name === 'record rollback-started'));
});

const ends: readonly End[] = calls
  .filter(({ name }) => !name.includes('votes'))
  .flatMap((call) => (['before', 'after'] as const).map((when) => ({ ...call, when })));

describe('a rollback killed (in this process, by silence) and resumed by another program', () => {
  test.for(ends)('$when $name #$turn', async (end) => {
    await inAWorld(async (world, clock) => {
      const before = world.live();
      deny(world);
      const life = new Life(at(end));
      const first = await startProgram(world, clock, 1, life);
      const begun = restore(first, world).catch(expectKilled);
      await Promise.race([begun, new Promise<void>((resolve) => life.onEnd(resolve))]);
      // What was under way when it died: let it try.
      await new Promise((resolve) => setTimeout(resolve, 5));
      const second = await startProgram(world, clock, 2, new Life());
      const [interrupted] = second.restores.interrupted();
      if (interrupted !== undefined) await second.restores.resume(interrupted.id);
      const [run] = second.log.recent(1);
      // Before it was written down that the swap is to be put back, it can as well be finished.
      const expected = end.name === 'record rollback-started' && end.when === 'before' ? 'COMPLETED' : 'ROLLED_BACK';
      expect(run?.state, run?.failure?.message).toBe(expected);
      await expectNothingLost(world, second, before);
      await second.close();
      await first.close();
    });
  });
});

function expectKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}
