import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectGarbage } from '../../src/data-plane/collect-garbage.ts';

test('what nobody holds is cleared away at once, the first time and every other time', async () => {
  for (const size of [1_000, 2_000]) {
    const held = { size };
    const known = [new WeakRef(held), new WeakRef({ size })];
    // Until the end of the present turn, what a WeakRef was made of is held by it.
    await setImmediate();
    collectGarbage();
    expect(known.map((reference) => reference.deref()?.size)).toEqual([held.size, undefined]);
  }
  expect('gc' in globalThis).toBe(false);
});
