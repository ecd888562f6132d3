import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { World } from './world/world.ts';

/** The program that anybody would start: the bot here is no other than theirs. */
const program = join(import.meta.dirname, '..', 'cli.js');
const startWithinMs = 20_000;

/** Starts the real bot as a process of its own, pointed at the sandbox by nothing but environment variables. */
export async function startBot(world: World, folder: string): Promise<{ stop(): Promise<void> }> {
  const bot = spawn(process.execPath, [program, 'serve'], {
    cwd: folder,
    env: { ...foreignVariables(), ...world.variables, PITR_DB: join(folder, 'pitr-restore.sqlite'), PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [bot.stdout, bot.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const exited = once(bot, 'exit');
  const deadline = Date.now() + startWithinMs;
  while (world.slack.connections === 0) {
    if (bot.exitCode !== null || Date.now() > deadline) {
      bot.kill();
      throw new Error(`The bot did not start:\n${output}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    async stop() {
      bot.kill('SIGTERM');
      await exited;
    },
  };
}

/** This machine's variables without those that could lead the bot to somebody's real AWS or Slack. */
function foreignVariables(): NodeJS.ProcessEnv {
  const ours = /^(AWS|SLACK|PITR|RESTORE|DYNAMODB)_/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
