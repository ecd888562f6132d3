import { describe, expect, test } from 'vitest';
import { endsOf, killAndResume, type Play, undisturbed, withoutRepetitions } from '../support/crash-every-call.ts';
import { expectNothingLost, restoreTables } from '../support/crash-invariants.ts';
import { inAWorld, restore } from '../support/crash-restore.ts';
import type { CrashWorld } from '../support/crash-world.ts';
import { liveTables } from '../support/crash-world.ts';

const drill: Play = { act: async (program, world) => restore(program, world, { drill: true }) };

const { calls } = await inAWorld(async (world, clock) => {
  const played = await undisturbed(world, clock, drill);
  expect(played.run).toMatchObject({ state: 'COMPLETED' });
  return played;
});

// Of the two tables the calls of one will do: they are treated alike.
const ends = endsOf(withoutRepetitions(calls.filter(({ name }) => !name.includes('votes'))));

describe('a drill killed (in this process, by silence) and resumed by another program', () => {
  test.for(ends)('$when $name #$turn', async (end) => {
    await inAWorld(async (world, clock) => {
      const before = world.live();
      const asked = world.aws.requests.list().length;
      await killAndResume(world, clock, drill, end, async ({ resumed, second }) => {
        if (resumed !== undefined) {
          expect(resumed, resumed.failure?.message).toMatchObject({ state: 'COMPLETED', resumed: true });
          expect(await restoreTables(world)).toEqual([]);
        }
        await expectNothingLost(world, second, before);
        expect(world.live()).toEqual(before);
        expect(askedOfLiveTables(world, asked)).toEqual([]);
        for (const table of liveTables) {
          expect(world.aws.requests.count('RestoreTableToPointInTime', table)).toBeLessThanOrEqual(1);
        }
      });
    });
  });
});

const harmless = /^(Describe.*|Scan|BatchGetItem|GetItem|Query|RestoreTableToPointInTime|GetResourcePolicy)$/;

/** What was asked of a live table that only a restore in earnest may ask. */
function askedOfLiveTables({ aws }: CrashWorld, after: number): readonly string[] {
  return aws.requests
    .list()
    .slice(after)
    .filter(({ tables }) => liveTables.some((table) => tables.includes(table)))
    .map(({ operation }) => operation)
    .filter((operation) => !harmless.test(operation));
}
