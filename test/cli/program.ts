import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** Node 20 makes the AWS SDK warn on stderr; that is not ours. */
const quietSdk = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' };

export type Started = {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
  /** It has ended, and all that it said is here. */
  readonly isOver: () => boolean;
};

/** The built command line as a process of its own, in `cwd`, with these variables and PATH only. */
export function start(args: readonly string[], cwd: string, variables: NodeJS.ProcessEnv = {}): Started {
  if (!existsSync(program)) throw new Error('dist/cli.js is not there: run `npm run build` first');
  const env = { PATH: process.env['PATH'], HOME: cwd, TZ: 'UTC', ...quietSdk, ...variables };
  const child = spawn(process.execPath, [program, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    stderr += String(chunk);
  });
  let isOver = false;
  const exit = once(child, 'close').then(([code]) => {
    isOver = true;
    return code as number | null;
  });
  return { child, stdout: () => stdout, stderr: () => stderr, exit, isOver: () => isOver };
}

export async function run(args: readonly string[], cwd: string, variables: NodeJS.ProcessEnv = {}) {
  const started = start(args, cwd, variables);
  const code = await started.exit;
  return { code, stdout: started.stdout(), stderr: started.stderr() };
}

/** The port that a bot has said it listens on; start it with PORT 0. `Listening`: it may not be connected yet. */
export async function portOf(
  bot: Started,
  until: 'Listening' | 'Connected to Slack' = 'Connected to Slack',
): Promise<number> {
  await said(bot, `"msg":"${until}"`);
  const line = bot
    .stdout()
    .split('\n')
    .find((text) => text.includes(`"msg":"${until}"`));
  return JSON.parse(line ?? '{}').port;
}

/** Waits until the process has said `text`. */
export async function said({ isOver, stdout, stderr }: Started, text: string): Promise<void> {
  while (!`${stdout()}${stderr()}`.includes(text)) {
    if (isOver()) throw new Error(`It ended without saying "${text}":\n${stdout()}${stderr()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
