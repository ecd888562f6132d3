import { expect, test } from 'vitest';
import { playChaos } from '../support/crash-chaos.ts';

/** `npm run chaos` sets them. */
const kills = Number(process.env['CHAOS_KILLS'] ?? 100);
const seed = Number(process.env['CHAOS_SEED'] ?? 1);

/** More than there are cores: a process that starts waits for its disk now and then. */
const lanes = 3;

test(`${kills} real processes of the command line die by SIGKILL at random calls, and nothing that anybody wrote is lost`, {
  timeout: 60_000 + kills * 10_000,
}, async () => {
  const shares = Array.from({ length: lanes }, (_, lane) => Math.floor((kills + lane) / lanes));
  const tallies = await Promise.all(shares.map((share, lane) => playChaos(share, dice(seed * lanes + lane))));
  const sum = (count: (tally: (typeof tallies)[number]) => number) =>
    tallies.reduce((total, tally) => total + count(tally), 0);
  process.stdout.write(
    `${sum(({ kills }) => kills)} kills in ${sum(({ starts }) => starts)} starts, ${sum(({ images }) => images)} images of the writer, ${sum(({ inParts }) => inParts)} of them known in parts only; runs: ${tallies.map(({ ended }) => JSON.stringify(ended)).join(' ')}\n`,
  );
  expect(sum((tally) => tally.kills)).toBe(kills);
  for (const { images } of tallies) expect(images).toBeGreaterThan(20);
});

/** Numbers from 0 up to 1, the same for the same seed (the "minimal standard" generator of Park and Miller). */
function dice(from: number): () => number {
  let state = (from % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
