import { describe, expect, test } from 'vitest';
import type { Play } from '../support/crash-every-call.ts';
import { endsOf, killAndResume, undisturbed } from '../support/crash-every-call.ts';
import { expectNothingLost } from '../support/crash-invariants.ts';
import { inAWorld, restore } from '../support/crash-restore.ts';

/** The second delete is denied, when others were made and puts were, too: what was written is put back. */
const rolledBack: Play = {
  async prepare({ aws }) {
    aws.faults.add({ kind: 'access-denied', operation: 'DeleteItem', nth: 2 });
  },
  act: restore,
};

/** The calls of a rollback that nobody disturbs. */
const calls = await inAWorld(async (world, clock) => {
  const played = await undisturbed(world, clock, rolledBack);
  expect(played.run).toMatchObject({ state: 'ROLLED_BACK' });
  return played.calls.slice(played.calls.findIndex(({ name }) => name === 'record rollback-started'));
});

const ends = endsOf(calls.filter(({ name }) => !name.includes('votes')));

describe('a rollback killed (in this process, by silence) and resumed by another program', () => {
  test.for([{ name: 'record rollback-started', turn: 1, when: 'before' } as const, ...ends])(
    '$when $name #$turn',
    async (end) => {
      await inAWorld(async (world, clock) => {
        const before = world.live();
        await killAndResume(world, clock, rolledBack, end, async ({ second }) => {
          const [run] = second.log.recent(1);
          // Before it was written down that the swap is to be put back, it can as well be finished.
          const expected =
            end.name === 'record rollback-started' && end.when === 'before' ? 'COMPLETED' : 'ROLLED_BACK';
          expect(run?.state, run?.failure?.message).toBe(expected);
          await expectNothingLost(world, second, before);
        });
      });
    },
  );
});
