import { join } from 'node:path';
import { expect } from 'vitest';
import { journalStates } from '../../src/restore/journal-states.ts';
import type { Run } from '../../src/restore/run.ts';
import { restoreTablesOf } from '../../src/restore/run.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { journalKey } from '../../src/sqlite/journal-key.ts';
import { run as runToItsEnd, start } from '../cli/program.ts';
import { restoreTables } from './crash-invariants.ts';
import type { Fate } from './crash-life.ts';
import { Life } from './crash-life.ts';
import { startWire } from './crash-wire.ts';
import type { CrashWorld } from './crash-world.ts';
import { refs, startCrashWorld, variablesFor } from './crash-world.ts';
import { imageOf, isInParts, startWriter } from './crash-writer.ts';

export type Tally = {
  kills: number;
  starts: number;
  images: number;
  /** Of these, those of which each attribute is known, but not that they were together. */
  inParts: number;
  /** How many runs ended how, e.g. `COMPLETED` or `FAILED VERIFY`. */
  readonly ended: Record<string, number>;
};

/**
 * Starts restores of the built command line as processes of their own, kills them with SIGKILL at random calls and
 * resumes them, until `kills` of them were killed, while an application writes to the same tables. Then looks whether
 * anything is lost.
 */
export async function playChaos(kills: number, random: () => number): Promise<Tally> {
  const world = await startCrashWorld({ clock: Date.now, restoreMs: 300 });
  const tally: Tally = { kills: 0, starts: 0, images: 0, inParts: 0, ended: {} };
  try {
    await world.accident();
    const restoreCalls = new Map<string, number>();
    world.aws.requests.onRequest(({ operation, body }) => {
      const target = String(body['TargetTableName']);
      if (operation === 'RestoreTableToPointInTime') restoreCalls.set(target, (restoreCalls.get(target) ?? 0) + 1);
    });
    const state = openState(world);
    const writer = startWriter(world, random);
    try {
      while (tally.kills < kills) await liveAndDie(world, commandFor(world, state), random, tally);
    } finally {
      await writer.stop();
    }
    await finish(world, state);
    tally.images = writer.written.size;
    for (const run of state.log.recent(1_000_000)) {
      const end = expectLegitimateEnd(run);
      tally.ended[end] = (tally.ended[end] ?? 0) + 1;
    }
    expect(world.live()).toEqual(world.restored);
    expect([...restoreCalls.values()].every((count) => count === 1)).toBe(true);
    const known = state.log.recent(1_000_000).flatMap(restoreTablesOf);
    expect(await restoreTables(world)).toEqual(known.sort());
    expectNothingLost(writer, new Set([...savedImages(state), ...Object.values(world.restored).flat()]), tally);
    state.close();
  } finally {
    await world.close();
  }
  return tally;
}

/**
 * Nobody asks for anything but restores here, nothing but processes fails, and whoever is killed is resumed: so a run is
 * completed. But for one thing: the writer never rests, and where it writes between the writes and the comparison of each
 * round of the verification, the run says that the tables still differ, leaves them as they are, and keeps its restore
 * tables. Nothing else may end a run.
 */
function expectLegitimateEnd({ id, state, failure }: Run): string {
  const end = failure === undefined ? state : `${state} ${failure.code}`;
  expect(['COMPLETED', 'FAILED VERIFY'], `${id}: ${failure?.message}`).toContain(end);
  return end;
}

/** Every image of the writer is known as it was, unless the writer wrote over it itself. */
function expectNothingLost(
  { written, added, overwrittenByItself }: ReturnType<typeof startWriter>,
  known: ReadonlySet<string>,
  tally: Tally,
): void {
  const lost = [...written].filter((image) => !known.has(image) && !overwrittenByItself.has(image));
  expect(lost.filter((image) => !added.has(image))).toEqual([]);
  // One that an added attribute made may be known in parts only, where a process died in its write and the writer went on
  // with the item before the next process came: docs/safety.md.
  const all = [...known, ...overwrittenByItself];
  expect(lost.filter((image) => !isInParts(image, all))).toEqual([]);
  tally.inParts += lost.length;
}

type State = ReturnType<typeof openState>;

/** The same files that the processes use, which are made here if need be. */
export function openState({ folder }: CrashWorld) {
  const file = join(folder, 'state.sqlite');
  const db = openDatabase(file);
  return {
    log: new SqliteEventLog(db, Date.now),
    journal: createJournal(db, journalKey(undefined, `${file}.key`)),
    close: () => db.close(),
  };
}

export const restoreCommand = ({ restorePoint }: CrashWorld): readonly string[] => [
  ...['--environment', 'prod', '--restore-point', new Date(restorePoint).toISOString()],
  '--accept-count-mismatch',
];

function commandFor(world: CrashWorld, { log }: State): readonly string[] {
  const interrupted = log.open().find((run) => run.state === 'IN_PROGRESS');
  return interrupted === undefined ? restoreCommand(world) : ['resume', interrupted.id];
}

/** One process, from its start to its death, or to its end if that comes first. */
async function liveAndDie(
  world: CrashWorld,
  command: readonly string[],
  random: () => number,
  tally: Tally,
): Promise<void> {
  const life = new Life(randomFate(random));
  const wire = await startWire(world.aws.url, life);
  const process = start(command, world.folder, variablesFor(world, wire.url));
  life.onEnd(() => process.child.kill('SIGKILL'));
  tally.starts += 1;
  await process.exit;
  if (life.isOver()) tally.kills += 1;
  await wire.close();
  expect(process.stderr()).not.toMatch(/a bug of pitr-restore|Something broke on our side/);
}

/**
 * At one of the first calls: before it, after it, or when its reply was delivered. As many as a process needs from one
 * phase into the next: what is killed goes on where it was.
 */
function randomFate(random: () => number): Fate {
  const nth = 1 + Math.floor(random() * 45);
  const when = (['before', 'after', 'delivered'] as const)[Math.floor(random() * 3)];
  return (_, now, count) => count === nth && now === when;
}

/** Nobody disturbs any more: what was begun is finished, and the tables are restored once more. */
async function finish(world: CrashWorld, state: State): Promise<void> {
  const variables = variablesFor(world, world.aws.url);
  const command = commandFor(world, state);
  if (command[0] === 'resume') {
    const resumed = await runToItsEnd(command, world.folder, variables);
    expect(resumed.stderr).not.toMatch(/a bug of pitr-restore|Something broke on our side/);
  }
  const last = await runToItsEnd(restoreCommand(world), world.folder, variables);
  expect(last).toMatchObject({ code: 0, stderr: '' });
  const verified = await runToItsEnd(['audit', 'verify'], world.folder, variables);
  expect(verified.code, verified.stdout).toBe(0);
  expect(state.log.open().filter((run) => run.state === 'IN_PROGRESS')).toEqual([]);
}

/** Every image that any run's journal holds. */
function savedImages({ log, journal }: State): ReadonlySet<string> {
  const entries = log
    .recent(1_000_000)
    .flatMap(({ id }) => refs.flatMap(({ label }) => journal.read(id, label, journalStates, undefined, 1_000_000)));
  return new Set(entries.flatMap(({ before }) => (before === undefined ? [] : [imageOf(before)])));
}
