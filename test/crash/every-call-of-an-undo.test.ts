import { describe, expect, test } from 'vitest';
import { endsOf, killAndResume, type Play, undisturbed, withoutRepetitions } from '../support/crash-every-call.ts';
import { expectNothingLost } from '../support/crash-invariants.ts';
import { Life } from '../support/crash-life.ts';
import { startProgram } from '../support/crash-program.ts';
import { inAWorld, restore } from '../support/crash-restore.ts';
import { liveTables } from '../support/crash-world.ts';
import { shell } from '../support/engine.ts';
import { alice } from '../support/requests.ts';

/** Of a restore that was completed. */
const undo: Play = {
  async prepare(world, clock) {
    const program = await startProgram(world, clock, 9, new Life());
    expect(await restore(program, world)).toMatchObject({ state: 'COMPLETED' });
    await program.close();
  },
  async act({ restores, log }) {
    const [restored] = log.recent(1);
    return restores.execute(restores.undo(restored?.id ?? '', alice, '', shell).id);
  },
};

const { calls } = await inAWorld(async (world, clock) => {
  const before = world.live();
  const played = await undisturbed(world, clock, undo);
  expect(played.run).toMatchObject({ state: 'COMPLETED' });
  expect(world.live()).toEqual(before);
  return played;
});

// Of the two tables the calls of one will do: they are treated alike.
const ends = endsOf(withoutRepetitions(calls.filter(({ name }) => !name.includes('votes'))));

describe('an undo killed (in this process, by silence) and resumed by another program', () => {
  test.for(ends)('$when $name #$turn', async (end) => {
    await inAWorld(async (world, clock) => {
      const before = world.live();
      await killAndResume(world, clock, undo, end, async ({ resumed, second }) => {
        if (resumed !== undefined) {
          expect(resumed, resumed.failure?.message).toMatchObject({ state: 'COMPLETED', resumed: true });
          expect(world.live()).toEqual(before);
        }
        await expectNothingLost(world, second, before);
        // The undo has nothing restored, and nothing left.
        for (const table of liveTables) expect(world.aws.requests.count('RestoreTableToPointInTime', table)).toBe(1);
        // Whatever became of the undo, it can be had, once: what it put back needs no second one.
        const [last] = second.log.recent(1);
        expect(last?.request.undoOf === undefined || last.state === 'COMPLETED' || last.state === 'APPROVED').toBe(
          true,
        );
      });
    });
  });
});
