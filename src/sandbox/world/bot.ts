import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { World } from './world.ts';

/** The program that anybody would start: the bot here is no other than theirs. */
const program = join(import.meta.dirname, '..', '..', 'cli.js');
/** Ends the bot with us, also when we are killed ourselves. */
const endWithParent = import.meta.resolve('./end-with-parent.js');

const startWithinMs = 20_000;
const stopWithinMs = 5_000;
/** As a supervisor would, such as systemd or Kubernetes; long enough to be seen. */
const restartAfterMs = 4_000;
const rememberedOutput = 4_000;

export type BotState = {
  readonly status: 'starting' | 'running' | 'killed' | 'crashed' | 'stopped';
  /** Milliseconds since the epoch, as is `startsAt`: when the supervisor starts it again. */
  readonly since: number;
  readonly startsAt?: number;
  readonly pid?: number;
  readonly kills: number;
};

/** The real bot as a process of its own, started again when it ends without having been told to. */
export interface Bot {
  readonly state: BotState;
  onChange(listener: () => void): void;
  /** Resolves when the bot is connected to Slack, or told to stop before that. @throws Error with what the bot has said, when it does not start */
  readonly ready: Promise<void>;
  /** SIGKILL: the process is gone at once, in the middle of whatever it does. */
  kill(): void;
  /** Tells the bot to stop at its next safe point, and waits for that. */
  stop(): Promise<void>;
}

/** Starts the bot in `folder`, pointed at the sandbox by nothing but environment variables. */
export function startBot(world: World, folder: string): Bot {
  return new SupervisedBot(world, folder);
}

class SupervisedBot implements Bot {
  readonly #world: World;
  readonly #folder: string;
  readonly #listeners = new Set<() => void>();
  readonly ready: Promise<void>;
  #state: BotState = { status: 'starting', since: Date.now(), kills: 0 };
  #child: ChildProcess;
  #restart: NodeJS.Timeout | undefined;
  #output = '';

  constructor(world: World, folder: string) {
    this.#world = world;
    this.#folder = folder;
    this.#child = this.#spawn();
    this.ready = this.#connected(this.#child);
  }

  get state(): BotState {
    return this.#state;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  kill(): void {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#change({ status: 'killed', kills: this.#state.kills + 1 });
    this.#child.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    clearTimeout(this.#restart);
    this.#change({ status: 'stopped' });
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), stopWithinMs);
    await exited;
    clearTimeout(impatience);
  }

  #spawn(): ChildProcess {
    const bot = spawn(process.execPath, ['--import', endWithParent, program, 'serve'], {
      cwd: this.#folder,
      env: {
        ...foreignVariables(),
        ...this.#world.variables,
        PITR_DB: join(this.#folder, 'pitr-restore.sqlite'),
        PORT: '0',
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#output = '';
    for (const stream of [bot.stdout, bot.stderr]) {
      stream?.on('data', (chunk) => {
        this.#output = `${this.#output}${String(chunk)}`.slice(-rememberedOutput);
      });
    }
    bot.once('exit', () => this.#ended());
    return bot;
  }

  /** Nobody told it to stop: it comes back, as it would under any supervisor. */
  #ended(): void {
    if (this.#state.status === 'stopped') return;
    const startsAt = Date.now() + restartAfterMs;
    this.#change({ status: this.#state.status === 'killed' ? 'killed' : 'crashed', startsAt });
    this.#restart = setTimeout(() => {
      this.#child = this.#spawn();
      this.#change({ status: 'starting' });
      this.#connected(this.#child).catch(() => undefined); // that it did not start shows in its state
    }, restartAfterMs);
  }

  async #connected(child: ChildProcess): Promise<void> {
    const deadline = Date.now() + startWithinMs;
    while (this.#world.slack.connections === 0) {
      if (this.#state.status === 'stopped') return;
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline) {
        throw new Error(`The bot did not start:\n${this.#output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    if (child === this.#child && this.#state.status === 'starting') this.#change({ status: 'running' });
  }

  #change(change: Pick<BotState, 'status'> & Partial<BotState>): void {
    const { pid } = this.#child;
    this.#state = {
      kills: this.#state.kills,
      ...change,
      since: Date.now(),
      ...(change.status === 'running' && pid !== undefined && { pid }),
    };
    for (const listener of this.#listeners) listener();
  }
}

/** This machine's variables without those that could lead the bot to somebody's real AWS or Slack. */
function foreignVariables(): NodeJS.ProcessEnv {
  const ours = /^(AWS|SLACK|PITR|RESTORE|DYNAMODB)_/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
