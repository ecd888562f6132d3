import { expect, test } from 'vitest';
import { inLanes } from '../../src/dynamodb/lanes.ts';

/** A task whose end the test decides. */
function heldTasks() {
  const ends: (() => void)[] = [];
  const begun: string[] = [];
  const task = async (piece: string) => {
    begun.push(piece);
    await new Promise<void>((resolve) => ends.push(resolve));
  };
  return { task, begun, end: (index: number) => ends[index]?.() };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('a lane that is free takes the next piece, and the work ends with the last one', async () => {
  const { task, begun, end } = heldTasks();
  let ended = false;
  const done = inLanes(['a', 'b', 'c', 'd'], 2, undefined, task).finally(() => {
    ended = true;
  });
  expect(begun).toEqual(['a', 'b']);
  end(1);
  await turn();
  expect(begun).toEqual(['a', 'b', 'c']);
  end(2);
  await turn();
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  end(3);
  await turn();
  expect(ended).toBe(false);
  end(0);
  await done;
});

test('a piece that cannot be made ends the work as a task does: what is under way is awaited first', async () => {
  const { task, begun, end } = heldTasks();
  const broken = new Error('no more pieces');
  function* pieces() {
    yield 'a';
    throw broken;
  }
  let ended = false;
  const done = inLanes(pieces(), 2, undefined, task).finally(() => {
    ended = true;
  });
  done.catch(() => undefined);
  await turn();
  expect([begun, ended]).toEqual([['a'], false]);
  end(0);
  await expect(done).rejects.toBe(broken);
});

test('after a failure no lane begins another piece', async () => {
  const { task, begun, end } = heldTasks();
  const failing = inLanes(['a', 'b', 'c'], 2, undefined, async (piece) => {
    if (piece === 'b') throw new Error('b');
    return task(piece);
  });
  failing.catch(() => undefined);
  await turn();
  end(0);
  await expect(failing).rejects.toThrow('b');
  expect(begun).toEqual(['a']);
});
