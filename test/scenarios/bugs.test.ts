import { expect, test } from 'vitest';
import type { Aws } from '../../src/restore/ports.ts';
import { shell, startEngine } from '../support/engine.ts';
import { damagedQuotes, live, runIt, types } from './quotes.ts';

const roleArn = 'arn:aws:iam::000000000000:role/pitr-restore';
const bug = new TypeError('nobody foresaw this');

/** AWS as it is, but for a part of it that breaks on our side. */
const broken =
  (changes: () => Partial<Aws['fence']>) =>
  (aws: Aws): Aws => ({
    ...aws,
    fence: { ...aws.fence, ...changes() },
  });

type Write = Aws['items']['writeGuarded'];

/** AWS as it is, but for how items are written. */
const writing =
  (writeGuarded: (write: Write, order: Parameters<Write>[0]) => ReturnType<Write>) =>
  (aws: Aws): Aws => ({
    ...aws,
    items: { ...aws.items, writeGuarded: (order) => writeGuarded(aws.items.writeGuarded, order) },
  });

test('a bug while the fence is taken down after a rollback: the run says that the tables are put back, and the log has the bug', async () => {
  const engine = await startEngine({
    environment: { roleArn },
    aws: broken(() => ({
      deletePolicy: async () => {
        throw bug;
      },
    })),
  });
  await damagedQuotes(engine);
  const before = live(engine);
  engine.aws.faults.add({ operation: 'BatchWriteItem', kind: 'access-denied', nth: 2 });
  const wish = engine.wish();
  const run = await runIt(engine, engine.wish({ options: { ...wish.options, fence: 'writes' } }), shell);
  expect(run).toMatchObject({ state: 'ROLLED_BACK', tables: [{ fence: { state: 'left' } }] });
  expect(types(engine, run)).toContain('fence-left');
  expect(live(engine)).toEqual(before);
  expect(engine.bugs.splice(0)).toEqual([bug]);
  expect(engine.lock.livingHolder()).toBeUndefined();
});

test('a bug in a rollback is told with its stack, and the run needs attention', async () => {
  let breaks = false;
  const engine = await startEngine({
    aws: writing(async (write, order) => {
      if (breaks) throw bug;
      breaks = true;
      return await write(order);
    }),
  });
  await damagedQuotes(engine);
  engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied', nth: 15 });
  expect(await runIt(engine)).toMatchObject({ state: 'NEEDS_ATTENTION', failure: { code: 'INTERNAL' } });
  expect(engine.bugs.splice(0)).toEqual([bug]);
});

test('a bug in a swap is put back, and the log has it with its stack', async () => {
  let broken = false;
  const engine = await startEngine({
    aws: writing(async (write, order) => {
      await write(order);
      if (!broken) {
        broken = true;
        throw bug;
      }
    }),
  });
  await damagedQuotes(engine);
  const before = live(engine);
  expect(await runIt(engine)).toMatchObject({ state: 'ROLLED_BACK', failure: { code: 'SWAP' } });
  expect(live(engine)).toEqual(before);
  expect(engine.bugs.splice(0)).toEqual([bug]);
});
