import { setMaxListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import type { Asked, ThroughputSettings, Turn } from '../../../src/dynamodb/throughput/throughput.ts';
import { Throughput } from '../../../src/dynamodb/throughput/throughput.ts';
import { Throughputs } from '../../../src/dynamodb/throughput/throughputs.ts';
import type { Speed } from '../../../src/restore/speed.ts';
import { SimulatedTable, type TableSettings, work } from './simulated-table.ts';
import { VirtualTime } from './virtual-time.ts';

type Setting = TableSettings & Partial<ThroughputSettings> & { readonly unitsEach?: number };

/** A table that is worked on without an end, by 100 who want something of it. */
function busy({ inFlight = 32, unknownLimit = 4_000, ceiling, unitsEach = 1, ...table }: Setting) {
  const time = new VirtualTime();
  const simulated = new SimulatedTable(time, table);
  const throughput = new Throughput({ inFlight, unknownLimit, ceiling, timing: time });
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  let speed: Speed = 'normal';
  const working = work(time, throughput, simulated, {
    requests: Number.POSITIVE_INFINITY,
    unitsEach,
    speed: () => speed,
    signal: stop.signal,
  });
  const ended = working.catch((error: unknown) => error);
  return {
    table: simulated,
    stop: async (reason: Error) => {
      stop.abort(reason);
      await time.pass(ended, 1_000);
      return ended;
    },
    pass: async (seconds: number) => time.pass(ended, seconds * 1000),
    set: (to: Speed) => {
      speed = to;
    },
  };
}

describe('without ever being told a limit it stays just under it', () => {
  const cases: readonly (readonly [string, Setting])[] = [
    ['a new on-demand table, written', { perSecond: 4_000, why: 'key-range', unitsEach: 2, inFlight: 64 }],
    [
      'a new on-demand table, scanned',
      { perSecond: 12_000, why: 'key-range', unitsEach: 256, unknownLimit: 12_000, latencyMs: 20 },
    ],
    ['a provisioned table that has saved up ten seconds', { perSecond: 400, burstSeconds: 10 }],
    ['a table of five units', { perSecond: 5 }],
    ['a table whose pages cost more than a second', { perSecond: 100, unitsEach: 128, unknownLimit: 12_000 }],
    ['a maximum that somebody has set', { perSecond: 500, why: 'on-demand-maximum' }],
  ];
  test.for(cases)('%s', async ([, setting]) => {
    const { table, pass } = busy(setting);
    await pass(60);
    const share = table.rate(10, 60) / setting.perSecond;
    const refusedInThousand = (table.refusals(10, 60) / table.served) * 1_000;
    expect(share).toBeGreaterThan(0.85);
    expect(share).toBeLessThan(1.05);
    expect(refusedInThousand).toBeLessThan(setting.unitsEach === 128 ? 40 : 5);
  });
});

test('no more than sixteen requests are sent before it is known what one costs', async () => {
  const throughput = new Throughput({ inFlight: 64, unknownLimit: 4_000, timing: new VirtualTime() });
  const turns: Turn[] = [];
  const asked: Asked = { pieces: 1, speed: () => 'fast', signal: new AbortController().signal };
  for (let nth = 0; nth < 200; nth += 1) void throughput.begin(asked).then((turn) => turns.push(turn));
  const settled = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return turns.length;
  };
  expect(await settled()).toBe(16);
  turns[0]?.accepted(400);
  expect(await settled()).toBe(1 + 64);
});

test('a table that is given more is found out, and one that is given less at once', async () => {
  const { table, pass } = busy({ perSecond: 400 });
  await pass(20);
  table.change({ perSecond: 800 });
  await pass(100);
  expect(table.rate(90, 120)).toBeGreaterThan(600);
  table.change({ perSecond: 200 });
  await pass(30);
  expect(table.rate(125, 150)).toBeGreaterThan(160);
  expect(table.rate(125, 150)).toBeLessThan(210);
});

test('a table that took nothing for three seconds is not punished for minutes', async () => {
  const { table, pass } = busy({ perSecond: 2_000 });
  await pass(20);
  table.change({ perSecond: 0.001, burstSeconds: 1 });
  await pass(3);
  table.change({ perSecond: 2_000 });
  await pass(40);
  expect(table.rate(40, 60)).toBeGreaterThan(1_600);
});

describe('a ceiling', () => {
  const cases: readonly (readonly [string, Setting & { readonly ceiling: number }])[] = [
    ['small writes', { perSecond: 100_000, ceiling: 500 }],
    ['pages of a megabyte', { perSecond: 100_000, ceiling: 1_000, unitsEach: 256 }],
    ['items of 400 KB', { perSecond: 100_000, ceiling: 2_000, unitsEach: 400 }],
  ];
  test.for(cases)('is never exceeded over five seconds, and is made use of: %s', async ([, setting]) => {
    const { table, pass } = busy(setting);
    await pass(60);
    for (let second = 1; second <= 55; second += 1) {
      expect(table.rate(second, second + 5)).toBeLessThanOrEqual(setting.ceiling);
    }
    expect(table.rate(5, 60)).toBeGreaterThan(setting.ceiling * 0.9);
    expect(table.refused).toBe(0);
  });

  test('that is lower than what a page costs is kept on the average', async () => {
    const { table, pass } = busy({ perSecond: 100_000, ceiling: 10, unitsEach: 256 });
    await pass(600);
    expect(table.units).toBeLessThanOrEqual(600 * 10 + 2 * 256);
    expect(table.units).toBeGreaterThan(600 * 8);
  });
});

describe('speed', () => {
  test('fast goes closer to the limit than normal, slow takes a quarter of it', async () => {
    const { table, pass, set } = busy({ perSecond: 1_000 });
    await pass(30);
    set('fast');
    await pass(30);
    set('slow');
    await pass(30);
    expect(table.rate(10, 30)).toBeLessThan(table.rate(35, 60));
    expect(table.rate(35, 60)).toBeGreaterThan(950);
    expect(table.rate(62, 90) / 1_000).toBeCloseTo(0.25, 1);
  });

  test('slow takes a quarter of what a new table would, as long as no limit was met', async () => {
    const { table, pass, set } = busy({ perSecond: 1_000_000, unknownLimit: 4_000, latencyMs: 1 });
    set('slow');
    await pass(20);
    expect(table.rate(2, 20)).toBeGreaterThan(950);
    expect(table.rate(2, 20)).toBeLessThanOrEqual(1_000);
  });

  test('slow takes a quarter of a ceiling', async () => {
    const { table, pass, set } = busy({ perSecond: 1_000_000, ceiling: 400 });
    set('slow');
    await pass(30);
    expect(table.rate(5, 30)).toBeGreaterThan(90);
    expect(table.rate(5, 30)).toBeLessThanOrEqual(100);
  });

  test('while it is paused nothing is sent, for as long as it takes; then it goes on', async () => {
    const { table, pass, set } = busy({ perSecond: 1_000 });
    await pass(10);
    set('pause');
    await pass(1);
    const before = table.units;
    await pass(300);
    expect(table.units).toBe(before);
    set('normal');
    await pass(10);
    expect(table.units).toBeGreaterThan(before + 5_000);
  });

  test('who waits in a pause can be stopped', async () => {
    const { table, pass, set, stop } = busy({ perSecond: 1_000 });
    set('pause');
    await pass(5);
    expect(await stop(new Error('cancelled'))).toMatchObject({ message: 'cancelled' });
    expect(table.served).toBe(0);
  });
});

test('a hot key range slows its own requests and nobody else’s', async () => {
  const time = new VirtualTime();
  const [hot, others] = [
    new SimulatedTable(time, { perSecond: 20, why: 'key-range' }),
    new SimulatedTable(time, { perSecond: 100_000 }),
  ];
  const throughput = new Throughput({ inFlight: 32, unknownLimit: 4_000, timing: time });
  const end = { signal: new AbortController().signal };
  setMaxListeners(0, end.signal);
  const forever = Number.POSITIVE_INFINITY;
  const working = Promise.all([
    work(time, throughput, hot, { requests: forever, unitsEach: 1, ...end }, 5),
    work(time, throughput, others, { requests: forever, unitsEach: 1, ...end }),
  ]);
  await time.pass(working, 20_000);
  // 32 at a time, 10 ms each: 3,200 a second is all that can be done.
  expect(others.rate(1, 20)).toBeGreaterThan(2_500);
  expect(hot.rate(5, 20)).toBeGreaterThan(15);
});

test('the account’s limit, met on one table, slows all of them', async () => {
  const time = new VirtualTime();
  const [own, other] = [
    new SimulatedTable(time, { perSecond: 1_000, why: 'account' }),
    new SimulatedTable(time, { perSecond: 100_000 }),
  ];
  const throughputs = new Throughputs({ timing: time, readsInFlight: 32, writesInFlight: 32 });
  const signal = new AbortController().signal;
  setMaxListeners(0, signal);
  const endless = { requests: Number.POSITIVE_INFINITY, unitsEach: 1, signal };
  const second = work(time, throughputs.of('other', 'write'), other, endless);
  await time.pass(second, 5_000);
  const alone = other.rate(2, 5);
  const both = Promise.all([second, work(time, throughputs.of('own', 'write'), own, endless)]);
  await time.pass(both, 10_000);
  expect(other.rate(7, 15)).toBeLessThan(alone * 0.95);
  expect(throughputs.of('other', 'write')).toBe(throughputs.of('other', 'write'));
});
