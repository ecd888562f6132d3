import { describe, expect, test } from 'vitest';
import { journalStates } from '../../src/restore/journal-states.ts';
import type { Play } from '../support/crash-every-call.ts';
import { endsOf, killAndResume, undisturbed } from '../support/crash-every-call.ts';
import { expectNothingLost, restoreTables } from '../support/crash-invariants.ts';
import type { Program } from '../support/crash-program.ts';
import { inAWorld, restore } from '../support/crash-restore.ts';
import type { CrashWorld } from '../support/crash-world.ts';
import { liveTables, refs } from '../support/crash-world.ts';

const play: Play = { act: restore };

/** The calls of a restore that nobody disturbs. */
const { calls } = await inAWorld(async (world, clock) => {
  const played = await undisturbed(world, clock, play);
  expect(played.run).toMatchObject({ state: 'COMPLETED' });
  return played;
});

/** Of the two tables the calls of one will do: they are treated alike. Looks at a table that is being made repeat. */
const ends = endsOf(
  calls
    .filter(({ name }) => !name.includes('votes'))
    .filter(({ name, turn }) => turn <= 2 || name !== 'DescribeTable quotes-table-restore'),
);

describe('killed (in this process, by silence) and resumed by another program', () => {
  test.for(ends)('$when $name #$turn', async (end) => {
    await inAWorld(async (world, clock) => {
      const before = world.live();
      await killAndResume(world, clock, play, end, async ({ resumed, second }) => {
        if (resumed !== undefined) {
          expect(resumed, JSON.stringify(resumed.failure)).toMatchObject({ state: 'COMPLETED', resumed: true });
          expect(writesOfUs(world)).toBe(differences);
          expect(await restoreTables(world)).toEqual([]);
          expect(journalled(second, resumed.id)).toHaveLength(differences);
        }
        await expectNothingLost(world, second, before);
        expectOneCallPerTable(world, second);
      });
    });
  });
});

/** What the accident did to the two tables, item by item. */
const differences = 9;

function writesOfUs({ aws, restorePoint }: CrashWorld): number {
  const accidentAt = restorePoint + 30 * 60_000;
  return liveTables.flatMap((table) => aws.history.writes(table)).filter(({ at }) => at > accidentAt).length;
}

/** The entries of items that were written, by what the journal says of them in the end: an undo goes by these. */
function journalled({ journal }: Program, runId: string) {
  const entries = refs.flatMap(({ label }) => journal.read(runId, label, journalStates, undefined, 1_000));
  const written = refs.flatMap(({ label }) => journal.read(runId, label, ['written'], undefined, 1_000));
  return entries.length === written.length ? written : [...entries, 'not all of them are written'];
}

function expectOneCallPerTable({ aws }: CrashWorld, { log }: Program): void {
  const isCompleted = log.recent(1)[0]?.state === 'COMPLETED';
  for (const table of liveTables) {
    const count = aws.requests.count('RestoreTableToPointInTime', table);
    if (isCompleted) expect(count).toBe(1);
    else expect(count).toBeLessThanOrEqual(1);
  }
}
