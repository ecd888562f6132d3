import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { playTheStory } from './demo/story.ts';
import { verdict } from './demo/verdict.ts';
import { causeAccident } from './sandbox/world/accident.ts';
import { startBot } from './sandbox/world/bot.ts';
import { startWorld } from './sandbox/world/world.ts';

/**
 * Shows the main job on the sandbox: an accident in prod, a restore from one sentence in Slack, and the proof.
 * @returns whether every table is, item by item, what it was before the accident
 */
export async function runDemo(say: (text: string) => void): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'pitr-restore-demo-'));
  say('Starting a local AWS and a local Slack. Nothing leaves this machine.');
  const world = await startWorld({ environments: ['prod'], restoreMs: 2500 });
  try {
    const accidentAt = yesterdayInBerlin('09:04');
    const before = await verdict.snapshot(world);
    const accident = await causeAccident(world, { environment: 'prod', at: accidentAt });
    say(
      `Yesterday at 09:04 in Berlin a bad deploy deleted ${accident.deleted} quotes, corrupted ${accident.corrupted} likes and added ${accident.added} junk views.`,
    );
    const bot = startBot(world, folder);
    try {
      await bot.ready;
      await playTheStory(world, say);
    } finally {
      await bot.stop();
    }
    return await verdict.show(world, before, say);
  } finally {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The instant of a wall-clock time of yesterday in Berlin, where Alice is. */
function yesterdayInBerlin(time: string): number {
  const zone = 'Europe/Berlin';
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone }).format(Date.now() - 24 * 3_600_000);
  const asUtc = Date.parse(`${day}T${time}:00Z`);
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return asUtc - (Date.parse(`${shown.format(asUtc).replace(' ', 'T')}Z`) - asUtc);
}
