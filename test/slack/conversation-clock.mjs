/**
 * Preloaded into the bot's process, so that conversations need not wait: the program's own clock runs faster than outside,
 * from a given moment on, and can be moved. The network's patience, and everybody else's clock, stay as they are.
 */
import { systemClock } from '../../dist/clock.js';

const { start, begun, factor, ahead: givenAhead } = JSON.parse(process.env.CONVERSATION_CLOCK);
const sleep = systemClock.sleep;
let ahead = givenAhead;

systemClock.now = () => Math.floor(start + (Date.now() - begun) * factor + ahead);
/** In slices: whoever sleeps is woken when the clock is moved past the time. */
systemClock.sleep = async (ms, signal) => {
  const until = systemClock.now() + ms;
  while (systemClock.now() < until) await sleep(Math.min(100, (until - systemClock.now()) / factor), signal);
};

/** What the program does once a minute is done at once when the clock is moved. */
const chores = new Set();
const setTrueInterval = globalThis.setInterval;
globalThis.setInterval = (work, ms, ...given) => {
  if (ms === 60_000) chores.add(work);
  return setTrueInterval(work, ms, ...given);
};

process.on('message', (message) => {
  ahead = message.ahead;
  for (const work of chores) work();
  process.send('knows');
});
// Listening to the parent must not keep the process alive; without the parent it is of no use.
process.channel?.unref();
process.on('disconnect', () => process.exit(1));
