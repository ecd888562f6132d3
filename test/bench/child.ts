/** Work in processes of its own: what is measured must share neither memory nor processor time with what measures. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export type Child = {
  readonly pid: number;
  /** Sends a message and waits for the next one. */
  ask<Answer>(message: unknown): Promise<Answer>;
  stop(): Promise<void>;
};

/** Starts a file of this folder. `env` is added to a clean environment with the sandbox's credentials. */
export function startChild(file: string, env: Readonly<Record<string, string>> = {}): Child {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', 'tsx', '--max-old-space-size=12000', '--max-semi-space-size=128', '--expose-gc'],
    serialization: 'advanced',
    env: { ...environment, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const died = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${file} has ended with ${String(code ?? signal)}`);
  });
  died.catch(() => undefined);
  return {
    pid: child.pid ?? 0,
    async ask<Answer>(message: unknown) {
      const answer = once(child, 'message');
      child.send(message as object);
      const [reply] = await Promise.race([answer, died]);
      return reply as Answer;
    },
    async stop() {
      child.kill('SIGKILL');
      await died.catch(() => undefined);
    },
  };
}

/** Asks one thing of a child, and ends it. */
export async function askOnce<Answer>(
  file: string,
  message: unknown,
  env: Readonly<Record<string, string>>,
): Promise<Answer> {
  const child = startChild(file, env);
  try {
    return await child.ask<Answer>(message);
  } finally {
    await child.stop();
  }
}

/** For the SDK, in every process of the benchmark. */
export const environment: Readonly<Record<string, string>> = {
  PATH: process.env['PATH'] ?? '',
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'benchmark',
  AWS_SECRET_ACCESS_KEY: 'benchmark',
  NODE_NO_WARNINGS: '1',
};

/** Points the SDK at an endpoint, in any process. */
export function pointedAt(url: string): Readonly<Record<string, string>> {
  return { AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_DYNAMODB: url };
}

/** In a child: answers each message with what `handle` makes of it. */
export function answering<Message>(handle: (message: Message) => Promise<unknown>): void {
  process.on('message', (message) => {
    handle(message as Message).then(
      (answer) => process.send?.(answer ?? {}),
      (error: unknown) => {
        process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
        process.exit(1);
      },
    );
  });
}

/** Seconds on the wall and of the processor that an act takes, all threads of this process counted. */
export async function timed<Result>(
  act: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly seconds: number; readonly cpuSeconds: number }> {
  const [startedAt, cpuBefore] = [performance.now(), process.cpuUsage()];
  const result = await act();
  const { user, system } = process.cpuUsage(cpuBefore);
  return { result, seconds: (performance.now() - startedAt) / 1000, cpuSeconds: (user + system) / 1e6 };
}
