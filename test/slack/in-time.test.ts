import { expect, test } from 'vitest';
import { inTime } from '../../src/slack/in-time.ts';
import { noonClock } from './world.ts';

test('an answer that hangs is given up after ten seconds', async () => {
  const clock = noonClock(1000);
  const begun = clock.now();
  await expect(inTime(clock, new Promise(() => undefined))).rejects.toMatchObject({ code: 'NETWORK' });
  expect(clock.now() - begun).toBeGreaterThanOrEqual(9_000);
});

test('what is answered in time comes through, and what is refused is no bug', async () => {
  await expect(inTime(noonClock(), Promise.resolve('ok'))).resolves.toBe('ok');
  await expect(inTime(noonClock(), Promise.reject(new Error('no')))).rejects.toMatchObject({
    code: 'NETWORK',
    cause: new Error('no'),
  });
});
