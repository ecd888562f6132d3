import { GetResourcePolicyCommand, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { endsOf, killAndResume, type Play, undisturbed, withoutRepetitions } from '../support/crash-every-call.ts';
import { expectNothingLost, restoreTables } from '../support/crash-invariants.ts';
import type { Call } from '../support/crash-life.ts';
import { inAWorld, options, restore } from '../support/crash-restore.ts';
import type { CrashWorld } from '../support/crash-world.ts';
import { liveTables, quotes, region } from '../support/crash-world.ts';

const arnOf = (table: string) => `arn:aws:dynamodb:${region}:000000000000:table/${table}`;

/** Of the two tables one has a policy already, in a spelling of its own; the other one has none. */
const theirs = `{ "Version": "2012-10-17",
  "Statement": { "Sid":"Theirs", "Effect":"Deny", "Principal":"*", "Action":"dynamodb:DeleteTable" } }`;

const fenced: Play = {
  async prepare({ client }) {
    await client.send(new PutResourcePolicyCommand({ ResourceArn: arnOf(quotes), Policy: theirs }));
  },
  act: async (program, world) => {
    // Longer than usual: in a world this fast, a second of ours is a quarter of an hour.
    const patient = { ...options, fence: 'writes', timeoutMinutes: 1_000 } as const;
    return restore(program, world, { options: patient });
  },
  options: { environment: { roleArn: 'arn:aws:iam::000000000000:role/pitr-restore' } },
};

/**
 * Ahead of the real time: or the SDK takes every credential for expired and asks for another. Slower than other worlds: the
 * two minutes for which a proof holds must be long enough for a busy machine.
 */
const place = { startsAt: Date.parse('2100-01-01T12:00:00Z'), faster: 500 };

const { calls } = await inAWorld(async (world, clock) => {
  const played = await undisturbed(world, clock, fenced);
  expect(played.run).toMatchObject({ state: 'COMPLETED' });
  expect(played.calls.map(({ name }) => name)).toContain('BatchWriteItem quotes-table');
  return played;
}, place);

/** From the fence's first to its last call; what comes before and after it is as without one. */
const [first, last] = ['record phase-started RAISE_FENCE', 'record phase-finished LOWER_FENCE'].map((edge) =>
  calls.findIndex(({ name }) => name === edge),
);

/**
 * What has to do with the fence or relies on it, and the end of each phase: the rest is as without a fence. Of the two
 * tables the calls of one will do, but for their policies.
 */
const ofInterest = ({ name }: Call) =>
  name.includes('Policy') ||
  (/fence|phase-finished|DeleteItem|Batch|mark|swap|Scan/.test(name) && !name.includes('votes'));

const ends = endsOf(withoutRepetitions(calls.slice(first, (last ?? 0) + 1).filter(ofInterest)));

describe('a restore behind a fence killed (in this process, by silence) and resumed by another program', () => {
  test.for(ends)('$when $name #$turn', async (end) => {
    await inAWorld(async (world, clock) => {
      const before = world.live();
      await killAndResume(world, clock, fenced, end, async ({ resumed, second }) => {
        expect(resumed, resumed?.failure?.message).toMatchObject({ state: 'COMPLETED', resumed: true });
        for (const { fence } of resumed?.tables ?? []) expect(fence).toMatchObject({ state: 'lowered' });
        expect(await policies(world)).toEqual([theirs, undefined]);
        expect(await restoreTables(world)).toEqual([]);
        await expectNothingLost(world, second, before);
        for (const table of liveTables) expect(world.aws.requests.count('RestoreTableToPointInTime', table)).toBe(1);
      });
    }, place);
  });
});

/** Of the live tables, in their order. */
async function policies({ client }: CrashWorld): Promise<readonly (string | undefined)[]> {
  return Promise.all(
    liveTables.map(async (table) => {
      try {
        return (await client.send(new GetResourcePolicyCommand({ ResourceArn: arnOf(table) }))).Policy;
      } catch (error) {
        if (error instanceof Error && error.name === 'PolicyNotFoundException') return undefined;
        throw error;
      }
    }),
  );
}
