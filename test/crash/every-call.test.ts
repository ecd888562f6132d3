import { describe, expect, test } from 'vitest';
import { journalStates } from '../../src/restore/ports.ts';
import { expectNothingLost, restoreTables } from '../support/crash-invariants.ts';
import type { Call, End } from '../support/crash-life.ts';
import { at, Life } from '../support/crash-life.ts';
import type { Program } from '../support/crash-program.ts';
import { Killed, startProgram } from '../support/crash-program.ts';
import { inAWorld, restore } from '../support/crash-restore.ts';
import type { CrashWorld } from '../support/crash-world.ts';
import { liveTables, refs } from '../support/crash-world.ts';

/** The calls of a restore that nobody disturbs. */
const calls = await inAWorld(async (world, clock) => {
  const life = new Life();
  const program = await startProgram(world, clock, 1, life);
  expect(await restore(program, world)).toMatchObject({ state: 'COMPLETED' });
  await program.close();
  return life.calls;
});

const reads = ['Describe', 'Scan', 'BatchGetItem'];
const isRead = ({ name }: Call) => reads.some((read) => name.startsWith(read));

/**
 * Every call once before and once after it is acted on (after a read the world is what it was before it). Of the two
 * tables the calls of one will do: they are treated alike. Looks at a table that is being made repeat; two will do.
 */
const ends: readonly End[] = calls
  .filter(({ name }) => !name.includes('votes'))
  .filter(({ name, turn }) => turn <= 2 || name !== 'DescribeTable quotes-table-restore')
  .flatMap((call): End[] =>
    isRead(call)
      ? [{ ...call, when: 'before' }]
      : [
          { ...call, when: 'before' },
          { ...call, when: 'after' },
        ],
  );

describe('killed (in this process, by silence) and resumed by another program', () => {
  test.for(ends)('$when $name #$turn', async (end) => {
    await inAWorld(async (world, clock) => {
      const before = world.live();
      const life = new Life(at(end));
      const first = await startProgram(world, clock, 1, life);
      const begun = restore(first, world);
      await Promise.race([begun.catch(expectKilled), new Promise<void>((resolve) => life.onEnd(resolve))]);
      // What was under way when it died: let it try.
      await new Promise((resolve) => setTimeout(resolve, 5));
      const second = await startProgram(world, clock, 2, new Life());
      const [interrupted] = second.restores.interrupted();
      if (interrupted !== undefined) {
        const run = await second.restores.resume(interrupted.id);
        expect(run, JSON.stringify(run.failure)).toMatchObject({ state: 'COMPLETED', resumed: true });
        expect(writesOfUs(world)).toBe(differences);
        expect(await restoreTables(world)).toEqual([]);
        expect(journalled(second, interrupted.id)).toHaveLength(differences);
      }
      await expectNothingLost(world, second, before);
      expectOneCallPerTable(world, second);
      await second.close();
      await first.close();
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

function expectKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}
