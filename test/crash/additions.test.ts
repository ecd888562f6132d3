import { describe, expect, test } from 'vitest';
import type { Item } from '../../src/restore/item.ts';
import { journalStates } from '../../src/restore/journal-states.ts';
import type { Clock } from '../../src/restore/ports.ts';
import type { OnConflict } from '../../src/restore/request.ts';
import type { Run } from '../../src/restore/run.ts';
import type { Play } from '../support/crash-every-call.ts';
import { killAndResume, undisturbed } from '../support/crash-every-call.ts';
import type { End } from '../support/crash-life.ts';
import { Life } from '../support/crash-life.ts';
import type { Program } from '../support/crash-program.ts';
import { startProgram } from '../support/crash-program.ts';
import { inAWorld, options, restore } from '../support/crash-restore.ts';
import type { CrashWorld } from '../support/crash-world.ts';
import { quotes, refs } from '../support/crash-world.ts';
import { imageOf } from '../support/crash-writer.ts';
import { shell } from '../support/engine.ts';
import { alice } from '../support/requests.ts';

// The application adds an attribute to an item right before our first request about it: after the comparison, where no
// condition can ask for it. What it left then is the item as it is to be found again.

/** From now on. The items as the application left them, by key; of ours those that are put over and those deleted. */
function addAttributes({ aws }: CrashWorld, clock: Clock) {
  const updated = new Map<string, Item>();
  const deleted = new Map<string, Item>();
  aws.requests.onRequest(({ operation, body, tables }) => {
    if (!tables.includes(quotes) || (operation !== 'UpdateItem' && operation !== 'DeleteItem')) return;
    const key = JSON.stringify(body['Key']);
    if (updated.has(key) || deleted.has(key)) return;
    const item = aws.history.snapshot(quotes).find(({ id }) => JSON.stringify({ id }) === key);
    if (item === undefined) return;
    const theirs = { ...item, addedBy: { S: `the application, to ${key}` } };
    aws.history.seed(quotes, [theirs] as never, clock.now());
    (operation === 'UpdateItem' ? updated : deleted).set(key, theirs as Item);
  });
  return { updated, deleted };
}

type Additions = ReturnType<typeof addAttributes>;

/** All images of the table, and of the journals of all runs. */
function knownImages(world: CrashWorld, { log, journal }: Program): ReadonlySet<string> {
  const entries = log
    .recent(100)
    .flatMap(({ id }) => refs.flatMap(({ label }) => journal.read(id, label, journalStates, undefined, 1_000)));
  const images = [
    ...world.aws.history.snapshot(quotes),
    ...entries.flatMap(({ before }) => (before === undefined ? [] : [before])),
  ];
  return new Set(images.map(imageOf));
}

const liveImages = ({ aws }: CrashWorld) => aws.history.snapshot(quotes).map(imageOf);
const imagesIn = (items: ReadonlyMap<string, Item>) => [...items.values()].map(imageOf);

/** `isKilled`: then what a delete was made over may be known to point-in-time recovery only (docs/safety.md). */
function expectImagesKnown(world: CrashWorld, program: Program, additions: Additions, isKilled: boolean): void {
  const known = knownImages(world, program);
  expect(additions.updated.size).toBe(2);
  expect(imagesIn(additions.updated).filter((image) => !known.has(image))).toEqual([]);
  if (!isKilled) expect(imagesIn(additions.deleted).filter((image) => !known.has(image))).toEqual([]);
}

async function undoLast({ restores, log }: Program): Promise<Run> {
  const [last] = log.recent(1);
  return restores.execute(restores.undo(last?.id ?? '', alice, '', shell).id);
}

type Story = {
  readonly what: string;
  readonly play: (additions: (found: Additions) => void, clock: Clock) => Play;
  readonly check: (world: CrashWorld, program: Program, additions: Additions, isKilled: boolean) => Promise<void>;
};

const wholeRestore = (onConflict: OnConflict): Story => ({
  what: `a restore (${onConflict})`,
  play: (found, clock) => ({
    async prepare(world) {
      found(addAttributes(world, clock));
    },
    act: (program, world) => restore(program, world, { options: { ...options, onConflict } }),
  }),
  async check(world, program, additions, isKilled) {
    expect(program.log.recent(1)[0]).toMatchObject({ state: 'COMPLETED' });
    if (onConflict === 'keep') {
      expect(liveImages(world)).toEqual(expect.arrayContaining(imagesIn(additions.updated)));
      if (!isKilled) expect(liveImages(world)).toEqual(expect.arrayContaining(imagesIn(additions.deleted)));
    } else expect(world.live()).toEqual(world.restored);
    expect(await undoLast(program)).toMatchObject({ state: 'COMPLETED' });
    // What the application had before the restore, whatever was to become of it.
    expect(liveImages(world)).toEqual(expect.arrayContaining(imagesIn(additions.updated)));
    if (!isKilled) expect(liveImages(world)).toEqual(expect.arrayContaining(imagesIn(additions.deleted)));
  },
});

const anUndo: Story = {
  what: 'an undo',
  play: (found, clock) => ({
    async prepare(world) {
      const program = await startProgram(world, clock, 9, new Life());
      expect(await restore(program, world)).toMatchObject({ state: 'COMPLETED' });
      await program.close();
      found(addAttributes(world, clock));
    },
    act: undoLast,
  }),
  async check(world, program, additions, isKilled) {
    expect(program.log.recent(1)[0]).toMatchObject({ state: 'COMPLETED' });
    expect(liveImages(world)).toEqual(expect.arrayContaining(imagesIn(additions.updated)));
    if (!isKilled) expect(liveImages(world)).toEqual(expect.arrayContaining(imagesIn(additions.deleted)));
    expect(await undoLast(program)).toMatchObject({ state: 'COMPLETED' });
    expect(liveImages(world)).toEqual(expect.arrayContaining(imagesIn(additions.updated)));
  },
};

const aRollback: Story = {
  what: 'a rollback',
  play: (found, clock) => ({
    async act(program, world) {
      const stop = program.log.watch(() => {
        const [run] = program.log.recent(1);
        if (run?.phase !== 'VERIFY_DATA') return;
        stop();
        found(addAttributes(world, clock));
        program.restores.cancel(run.id, alice);
      });
      return restore(program, world);
    },
  }),
  async check(world, program, additions, isKilled) {
    expect(program.log.recent(1)[0]).toMatchObject({ state: 'ROLLED_BACK' });
    const left = isKilled ? 0 : additions.updated.size + additions.deleted.size;
    const live = liveImages(world);
    const asLeft = [...imagesIn(additions.updated), ...imagesIn(additions.deleted)].filter((image) =>
      live.includes(image),
    );
    expect(asLeft.length).toBeGreaterThanOrEqual(left);
    // Nothing of what the application added is gone.
    const added = live.filter((image) => image.includes('addedBy'));
    expect(added.length).toBeGreaterThanOrEqual(isKilled ? additions.updated.size : left);
  },
};

const stories: readonly Story[] = [wholeRestore('overwrite'), wholeRestore('keep'), anUndo, aRollback];

/** What the writing begins with, the last of them in a play. */
const beginnings = ['record swap-started', 'record rollback-started'];

/** Where somebody who writes can be killed: after each write to the table, and after each one to the file. */
const writes = /^(UpdateItem|DeleteItem|PutItem) quotes-table$|^(mark|journal) .*quotes$/;

for (const { what, play, check } of stories) {
  describe(`an attribute that the application adds right before each write of ${what} is lost by none of them`, async () => {
    async function told(
      end: End | undefined,
      act: (world: CrashWorld, program: Program, additions: Additions) => Promise<void>,
    ) {
      return inAWorld(async (world, clock) => {
        let additions: Additions | undefined;
        const story = play((found) => {
          additions = found;
        }, clock);
        const checked = async (program: Program) => {
          if (additions === undefined) throw new Error('Nothing was added');
          await act(world, program, additions);
        };
        if (end === undefined) {
          const { calls } = await undisturbed(world, clock, story);
          const program = await startProgram(world, clock, 3, new Life());
          await checked(program);
          await program.close();
          return calls;
        }
        await killAndResume(world, clock, story, end, async ({ second }) => checked(second));
        return [];
      });
    }

    const calls = await told(undefined, async (world, program, additions) => {
      expectImagesKnown(world, program, additions, false);
      await check(world, program, additions, false);
    });
    const first = calls.findLastIndex(({ name }) => beginnings.includes(name));
    const ends = calls
      .slice(first)
      .filter(({ name }) => writes.test(name))
      .map((call): End => ({ ...call, when: 'after' }));

    test.for(ends)('killed $when $name #$turn', async (end) => {
      await told(end, async (world, program, additions) => {
        expectImagesKnown(world, program, additions, true);
        await check(world, program, additions, true);
      });
    });
  });
}
