import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export type SandboxProcess = {
  readonly child: ChildProcess;
  readonly url: string;
  /** From the command to the printed address, in ms. */
  readonly startedMs: number;
  readonly output: () => string;
  /** Ctrl+C, and the exit code. */
  stop(): Promise<number | null>;
};

/** Starts `pitr-restore sandbox` as anybody would, on a free port, and waits for its address. */
export async function startSandbox(...args: readonly string[]): Promise<SandboxProcess> {
  const begun = performance.now();
  const child = spawn(process.execPath, [program, 'sandbox', '--port', '0', ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += String(chunk);
        const address = /open: +(http\S+)/.exec(output)?.[1];
        if (address !== undefined) resolve(address);
      });
    }
    exited.then(() => reject(new Error(`The sandbox ended:\n${output}`)), reject);
  });
  return {
    child,
    url,
    startedMs: performance.now() - begun,
    output: () => output,
    async stop() {
      child.kill('SIGINT');
      await exited;
      return child.exitCode;
    },
  };
}
