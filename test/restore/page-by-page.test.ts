import { expect, test } from 'vitest';
import { pageByPage } from '../../src/restore/page-by-page.ts';

type Page = { readonly nth: number };
type Begun = { readonly nearlyDone: () => void; readonly done: () => void; readonly fail: (error: unknown) => void };

/** Work whose pages are done when the test says so. */
function work(pages: number, { mayOverlap = true, more = 0 } = {}) {
  const told: string[] = [];
  const begun: Begun[] = [];
  const stop = new AbortController();
  let last = pages;
  let underWay = 0;
  const running = pageByPage<Page>(
    {
      async next(after, signal) {
        signal.throwIfAborted();
        const nth = (after?.nth ?? 0) + 1;
        told.push(nth > last ? 'none' : `ready ${nth}`);
        return nth > last ? undefined : { nth };
      },
      async carryOut({ nth }, signal, nearlyDone) {
        told.push(`begin ${nth}`);
        underWay += 1;
        const ended = new Promise<void>((done, fail) => begun.push({ nearlyDone, done, fail }));
        const stopped = new Promise<never>((_, fail) => {
          signal.addEventListener('abort', () => fail(signal.reason));
        });
        try {
          await Promise.race([ended, stopped]);
          // What this page adds comes behind all others.
          if (nth === pages) last = pages + more;
          told.push(`end ${nth}`);
        } finally {
          underWay -= 1;
        }
      },
      mayOverlap: () => mayOverlap,
    },
    stop.signal,
  );
  running.catch(() => undefined);
  const step = async (act?: () => void) => {
    act?.();
    await new Promise((resolve) => setImmediate(resolve));
    return told.splice(0);
  };
  return { running, begun, stop, step, underWay: () => underWay };
}

test('a page is made ready while the one before it is done, and begun when little of that is left', async () => {
  const { running, begun, step } = work(3);
  expect(await step()).toEqual(['ready 1', 'begin 1', 'ready 2']);
  expect(await step(begun[0]?.nearlyDone)).toEqual(['begin 2', 'ready 3']);
  expect(await step(begun[1]?.nearlyDone)).toEqual([]);
  expect(await step(begun[0]?.done)).toEqual(['end 1', 'begin 3', 'none']);
  expect(await step(begun[2]?.done)).toEqual(['end 3']);
  expect(await step(begun[1]?.done)).toEqual(['end 2', 'none']);
  await running;
});

test('a page that knows nothing of its last part is waited for', async () => {
  const { running, begun, step } = work(2);
  await step();
  expect(await step(begun[0]?.done)).toEqual(['end 1', 'begin 2', 'none']);
  expect(await step(begun[1]?.done)).toEqual(['end 2', 'none']);
  await running;
});

test('where pages may not overlap, each is begun when the one before it is done', async () => {
  const { running, begun, step } = work(2, { mayOverlap: false });
  await step();
  expect(await step(begun[0]?.nearlyDone)).toEqual([]);
  expect(await step(begun[0]?.done)).toEqual(['end 1', 'begin 2', 'none']);
  await step(begun[1]?.done);
  await running;
});

test('what a page adds behind the last one is done, too', async () => {
  const { running, begun, step } = work(2, { more: 1 });
  await step();
  expect(await step(begun[0]?.nearlyDone)).toEqual(['begin 2', 'none']);
  expect(await step(begun[1]?.done)).toEqual(['end 2']);
  expect(await step(begun[0]?.done)).toEqual(['end 1', 'ready 3', 'begin 3', 'none']);
  expect(await step(begun[2]?.done)).toEqual(['end 3', 'none']);
  await running;
});

test.for([0, 1])('a failure of one of two pages stops the other, and nothing is under way afterwards', async (nth) => {
  const { running, begun, step, underWay } = work(3);
  await step();
  await step(begun[0]?.nearlyDone);
  expect(underWay()).toBe(2);
  const failure = new Error('no more');
  begun[nth]?.fail(failure);
  await expect(running).rejects.toBe(failure);
  expect(underWay()).toBe(0);
  expect(begun).toHaveLength(2);
});

test('behind a page that fails, none is begun', async () => {
  const { running, begun, step } = work(3);
  await step();
  const failure = new Error('no more');
  begun[0]?.fail(failure);
  await expect(running).rejects.toBe(failure);
  expect(begun).toHaveLength(1);
});

test('behind a page that was stopped, none is begun', async () => {
  const { running, begun, step, stop } = work(3);
  await step();
  stop.abort(new Error('stop'));
  await expect(running).rejects.toThrow('stop');
  expect(begun).toHaveLength(1);
});

test('told to stop, it stops all pages, with the reason', async () => {
  const { running, begun, step, stop, underWay } = work(3);
  await step();
  await step(begun[0]?.nearlyDone);
  const reason = new Error('stop');
  stop.abort(reason);
  await expect(running).rejects.toBe(reason);
  expect(underWay()).toBe(0);
});
