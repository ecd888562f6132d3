import { DescribeContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPage } from '../../src/sandbox/page-server.ts';
import { causeAccident } from '../../src/sandbox/world/accident.ts';
import { worldFeed, worldRoute } from '../../src/sandbox/world/route.ts';
import { Sandbox } from '../../src/sandbox/world/sandbox.ts';
import { seriesOf, sliceEnds } from '../../src/sandbox/world/series.ts';
import type { DifferencesSeen, SeriesSeen, WorldSeen } from '../../src/sandbox/world/view.ts';
import { startWorld, type World } from '../../src/sandbox/world/world.ts';

const minute = 60_000;
let world: World;
let sandbox: Sandbox;
let page: Awaited<ReturnType<typeof startPage>>;

beforeAll(async () => {
  world = await startWorld({ environments: ['dev', 'prod'], livedIn: true, restoreMs: 0, latestLagMs: 5_000 });
  sandbox = new Sandbox(world, { latestLagMs: 5_000, bot: undefined });
  page = await startPage({ port: 0, routes: { world: worldRoute(sandbox) }, feeds: [worldFeed(sandbox)] });
});

afterAll(async () => {
  sandbox.close();
  await page.close();
  await world.close();
});

async function ask<T>(path: string): Promise<T> {
  const reply = await fetch(`${page.url}world/${path}`);
  expect(reply.status).toBe(200);
  return (await reply.json()) as T;
}

function order(path: string, body: unknown): Promise<Response> {
  return fetch(`${page.url}world/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

/** The next state the page is told that is as wanted. */
async function seen(wanted: (world: WorldSeen) => boolean): Promise<WorldSeen> {
  const reply = await fetch(`${page.url}events`);
  const reader = (reply.body ?? new ReadableStream<Uint8Array>()).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error('the stream ended');
    text += decoder.decode(value, { stream: true });
    const told = [...text.matchAll(/^data: (.*)\n/gm)].map(([, data = '']) => JSON.parse(data) as WorldSeen);
    const found = told.find(wanted);
    if (found === undefined) continue;
    await reader.cancel();
    return found;
  }
}

describe('an accident', () => {
  test('of the past is in the plot where it happened, and told in figures', async () => {
    const reply = await order('accident', { environment: 'dev', what: 'bad deploy', minutesAgo: 60 });
    expect(await reply.json()).toMatchObject({ what: { deleted: 412, corrupted: 568, added: 250 } });
    const now = Date.now();
    const query = `environment=dev&from=${now - 120 * minute}&to=${now}&slices=120`;
    const { ends, tables } = await ask<SeriesSeen>(`series?${query}`);
    const slice = ends.findIndex((end) => end >= now - 60 * minute - 1000);
    expect(tables.quotes?.items.at(slice - 2)).toBe(1234);
    expect(tables.quotes?.items.at(-1)).toBe(822);
    expect(tables.quotes?.deleted.reduce((sum, count) => sum + count)).toBe(412);
    expect(tables['user-likes']?.written.reduce((sum, count) => sum + count)).toBe(568);
    expect(tables['user-views']?.items.at(-1)).toBe(9262);
    expect((await seen(({ accidents }) => accidents.length > 0)).accidents[0]?.environment).toBe('dev');
  });

  test('is what differs from the moment before it, item by item and attribute by attribute', async () => {
    const before = Date.now() - 61 * minute;
    const { tables } = await ask<DifferencesSeen>(`differences?environment=dev&at=${before}`);
    expect(tables.quotes).toMatchObject({ missing: 412, changed: 0, extra: 0 });
    expect(tables['user-likes']).toMatchObject({ missing: 0, changed: 568, extra: 0 });
    expect(tables['user-views']).toMatchObject({ missing: 0, changed: 0, extra: 250 });
    const [corrupted] = tables['user-likes']?.items ?? [];
    expect(corrupted?.attributes).toEqual([
      { name: 'likedAt', was: expect.stringMatching(/^\d{13}$/), is: '0' },
      { name: 'order', was: expect.any(String) },
    ]);
    const after = await ask<DifferencesSeen>(`differences?environment=dev&at=${Date.now()}`);
    expect(after.tables.quotes).toEqual({ missing: 0, changed: 0, extra: 0, items: [] });
  });

  test('in one environment leaves the other alone', async () => {
    await causeAccident(world, { environment: 'prod', at: Date.now() });
    const counts = (world: WorldSeen) => world.environments.map(({ tables }) => tables.map(({ items }) => items));
    expect(counts(await seen(() => true))).toEqual([
      [822, 5678, 9262],
      [822, 5678, 9262],
    ]);
  });

  test.for(['delete', 'corrupt', 'junk'] as const)('may be one kind of damage to one table: %s', async (damage) => {
    const reply = await order('accident', { environment: 'prod', what: { label: 'user-views', damage } });
    const { what } = (await reply.json()) as { what: Record<string, number> };
    expect(Object.values(what)[0]).toBeGreaterThan(200);
  });
});

test('the tables grew over a month, and can be restored to any second of it until five seconds ago', async () => {
  const now = Date.now();
  const day = 24 * 60 * minute;
  const { tables } = await ask<SeriesSeen>(`series?environment=dev&from=${now - 30 * day}&to=${now - day}&slices=29`);
  const items = tables.quotes?.items ?? [];
  expect(items.toSorted((left, right) => left - right)).toEqual(items);
  expect(items[0]).toBeLessThan(900);
  expect(items.at(-1)).toBe(1234);
  const { ContinuousBackupsDescription } = await world.client.send(
    new DescribeContinuousBackupsCommand({ TableName: 'quote-lambda-tf-quotes' }),
  );
  const latest = ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.LatestRestorableDateTime?.getTime() ?? 0;
  expect(Date.now() - latest).toBeLessThan(10_000);
});

describe('an item of one’s own', () => {
  const where = { environment: 'dev', label: 'quotes' };

  test('is put, updated, read and deleted', async () => {
    const put = await order('item', { ...where, action: 'put', item: { id: { N: '9000' }, author: { S: 'Me' } } });
    expect(await put.json()).toEqual({ item: { id: { N: '9000' }, author: { S: 'Me' } } });
    const update = await order('item', { ...where, action: 'update', item: { id: { N: '9000' }, likes: { N: '3' } } });
    expect(await update.json()).toEqual({ item: { id: { N: '9000' }, author: { S: 'Me' }, likes: { N: '3' } } });
    const gone = await order('item', { ...where, action: 'delete', item: { id: { N: '9000' } } });
    expect(await gone.json()).toEqual({ item: null });
  });

  test('is refused in AWS’s own words', async () => {
    const reply = await order('item', { ...where, action: 'put', item: { author: { S: 'Nobody' } } });
    expect(await reply.json()).toEqual({ refused: expect.stringMatching(/^ValidationException: .*key/) });
  });
});

describe('troubles', () => {
  test('are on until they are turned off, and counted', async () => {
    await order('throttle', { on: true });
    await order('application', { environment: 'dev' });
    const during = await seen(({ application, troubles }) => application.refused > 0 && troubles.throttle.struck > 0);
    expect(during.troubles.throttle.on).toBe(true);
    await order('throttle', { on: false });
    await order('application', { environment: null });
    const after = await seen(() => true);
    expect(after.troubles.throttle).toMatchObject({ on: false, struck: expect.any(Number) });
    expect(after.application.environment).toBeUndefined();
    expect(world.aws.faults.list()).toEqual([]);
  });

  test('take Slack down, and let it up again', async () => {
    await order('outage', { on: true });
    expect((await fetch(`${world.slack.apiUrl}api.test`, { method: 'POST' })).status).toBe(503);
    expect((await seen(() => true)).troubles.outage.until).toBeGreaterThan(Date.now());
    await order('outage', { on: false });
    expect((await fetch(`${world.slack.apiUrl}api.test`, { method: 'POST' })).status).toBe(200);
  });
});

describe('nobody else may drive it', () => {
  const accident = { environment: 'dev', what: 'bad deploy' };

  test.for([
    ['a page of another site', { origin: 'https://example.com' }],
    ['a page of another port', { origin: 'http://127.0.0.1:1' }],
    ['a form without an origin', { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' }],
  ] as const)('%s', async ([, headers]) => {
    const before = await seen(() => true);
    const reply = await fetch(`${page.url}world/accident`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(accident),
    });
    expect(reply.status).toBe(403);
    expect((await seen(() => true)).environments).toEqual(before.environments);
  });

  test('and what is not an order is refused with what is wrong about it', async () => {
    const reply = await order('accident', { environment: 'production', what: 'bad deploy' });
    expect(reply.status).toBe(400);
    expect(await reply.json()).toEqual({ error: expect.stringContaining('"dev"|"prod"') });
  });
});

test('a slice holds its own end and not its beginning, and counts go on where nothing happens', () => {
  const writes = [
    { at: 0, kind: 'put', delta: 1 },
    { at: 100, kind: 'put', delta: 1 },
    { at: 200, kind: 'update', delta: 0 },
    { at: 201, kind: 'delete', delta: -1 },
    { at: 900, kind: 'put', delta: 1 },
  ] as const;
  const span = { from: 100, to: 500, slices: 4 };
  expect(sliceEnds(span)).toEqual([200, 300, 400, 500]);
  expect(seriesOf(writes, span)).toEqual({ items: [2, 1, 1, 1], written: [1, 0, 0, 0], deleted: [0, 1, 0, 0] });
});
