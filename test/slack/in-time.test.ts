import { expect, test } from 'vitest';
import { inTime } from '../../src/slack/in-time.ts';
import { noonClock } from './world.ts';

test('an answer that hangs is given up after ten seconds', async () => {
  const clock = noonClock(1000);
  const begun = clock.now();
  await expect(inTime(clock, new Promise(() => undefined))).rejects.toMatchObject({ code: 'NETWORK' });
  expect(clock.now() - begun).toBeGreaterThanOrEqual(9_000);
});

test('what is answered, or refused, in time comes through as it is', async () => {
  await expect(inTime(noonClock(), Promise.resolve('ok'))).resolves.toBe('ok');
  await expect(inTime(noonClock(), Promise.reject(new Error('no')))).rejects.toThrow('no');
});
