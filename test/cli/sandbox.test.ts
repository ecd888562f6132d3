import { expect, test } from 'vitest';
import type { WorldSeen } from '../../src/sandbox/world/view.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Started, said, start } from './program.ts';

/** The page's address, and the process of the bot once it is connected. */
async function opened(sandbox: Started): Promise<{ readonly url: string; readonly bot: number }> {
  await said(sandbox, 'Ctrl+C stops everything');
  const url = /open: +(http:\/\/127\.0\.0\.1:\d+\/)/.exec(sandbox.stdout())?.[1] ?? '';
  const reply = await fetch(`${url}events?user=U0ALICE`);
  const reader = (reply.body ?? new ReadableStream<Uint8Array>()).getReader();
  const decoder = new TextDecoder();
  for (let text = ''; ; ) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended:\n${text}`);
    text += decoder.decode(value, { stream: true });
    const worlds = [...text.matchAll(/^event: world\ndata: (.*)\n/gm)];
    const bot = (JSON.parse(worlds.at(-1)?.[1] ?? '{}') as Partial<WorldSeen>).bot;
    if (bot?.status !== 'running' || bot.pid === undefined) continue;
    await reader.cancel();
    return { url, bot: bot.pid };
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function gone(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('Ctrl+C stops the sandbox and its bot, and leaves nothing behind', async () => {
  const sandbox = start(['sandbox', '--port', '0'], temporaryFolder());
  const { url, bot } = await opened(sandbox);
  expect(sandbox.stdout()).toMatch(/^export SLACK_API_URL=http:\/\/127\.0\.0\.1:\d+\/api\/$/m);
  sandbox.child.kill('SIGINT');
  expect(await sandbox.exit).toBe(0);
  expect(isAlive(bot)).toBe(false);
  await expect(fetch(url)).rejects.toThrow();
  expect(sandbox.stderr()).toBe('');
});

test('a sandbox that is killed leaves no bot without a world', async () => {
  const sandbox = start(['sandbox', '--port', '0'], temporaryFolder());
  const { bot } = await opened(sandbox);
  sandbox.child.kill('SIGKILL');
  await gone(bot);
});

test('without a bot it says so, and a port that is taken is no obstacle', async () => {
  const first = start(['sandbox', '--port', '0', '--no-bot'], temporaryFolder());
  await said(first, 'Ctrl+C stops everything');
  expect(first.stdout()).toContain('No bot is running');
  const port = /127\.0\.0\.1:(\d+)\//.exec(first.stdout())?.[1] ?? '';
  const second = start(['sandbox', '--port', port, '--no-bot'], temporaryFolder());
  await said(second, 'Ctrl+C stops everything');
  expect(second.stdout()).toMatch(/open: +http/);
  expect(second.stdout()).not.toContain(`127.0.0.1:${port}/\n`);
  for (const { child, exit } of [first, second]) {
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  }
});
