import { join } from 'node:path';
import { createAws } from '../../src/dynamodb/aws.ts';
import type { Timing } from '../../src/dynamodb/patience.ts';
import { realTiming } from '../../src/dynamodb/patience.ts';
import { createProgressBoard } from '../../src/progress-board.ts';
import { makeAudit } from '../../src/restore/audit.ts';
import { comparerHere } from '../../src/restore/comparer.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { UserError } from '../../src/restore/errors.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import { makeRestores } from '../../src/restore/make-restores.ts';
import type { Clock, EventLog, Journal, Lock } from '../../src/restore/ports.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { createJournal } from '../../src/sqlite/journal.ts';
import { createLock } from '../../src/sqlite/lock.ts';
import { openSqliteOverflow } from '../../src/sqlite/overflow.ts';
import type { Call, Life } from './crash-life.ts';
import { startWire } from './crash-wire.ts';
import type { CrashWorld } from './crash-world.ts';
import { refs, region } from './crash-world.ts';
import { minute } from './engine.ts';
import { anEnvironment } from './requests.ts';

/** Thrown out of a call that a dead program would not have come back from. Nothing it leads to has an effect any more. */
export class Killed extends Error {}

const environment = anEnvironment({ name: 'prod', region, tables: refs });

export type ProgramOptions = {
  /** What a write to the state file fails with, by what is written; undefined: it does not fail. */
  readonly trouble?: (write: string) => UserError | undefined;
  /** The environment, where it is not the plain one. */
  readonly environment?: Partial<Environment>;
};

/** The adapter's patience with AWS lasts a hundredth of what it does outside. */
const timing: Timing = {
  now: () => realTiming.now() * 100,
  sleep: (ms, signal) => realTiming.sleep(ms / 100, signal),
  random: realTiming.random,
};

/**
 * The whole engine as a program that can be killed without a process of its own: after the end of its life none of its
 * requests reach AWS, no reply reaches it, nothing is written to its files, and its waits never end.
 */
export async function startProgram(
  { aws, folder }: CrashWorld,
  clock: Clock,
  pid: number,
  life: Life,
  options: ProgramOptions = {},
) {
  const wire = await startWire(aws.url, life);
  // The SDK finds its endpoint where every user's is found.
  Object.assign(process.env, { AWS_ENDPOINT_URL: wire.url, AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' });
  const sleepWhileAlive = <A extends unknown[]>(sleep: (...args: A) => Promise<void>) => {
    return async (...args: A) => {
      await sleep(...args);
      if (life.isOver()) await new Promise(() => undefined);
    };
  };
  const made = createAws({ timing: { ...timing, sleep: sleepWhileAlive(timing.sleep) } });
  const db = openDatabase(join(folder, 'state.sqlite'));
  // What a process has written survives its death without a sync, which is for power cuts and costs most of the time here.
  db.pragma('synchronous = OFF');
  const machine = { id: 'here', uptimeMs: () => performance.now() };
  const lock = createLock(db, clock.now, { host: 'here', pid, machine, isAlive: (other) => other === pid });
  const writes: Writes = { life, trouble: options.trouble ?? (() => undefined) };
  const trail = new SqliteEventLog(db, clock.now);
  const log = mortalLog(trail, writes);
  const journal = mortalJournal(createJournal(db, Buffer.alloc(32, 7)), writes);
  const bugs: unknown[] = [];
  const restores = makeRestores({
    environments: [{ ...environment, ...options.environment }],
    awsFor: made.awsFor,
    log,
    lock: mortalLock(lock, writes),
    journal,
    comparer: comparerHere(made.awsFor, () => openSqliteOverflow(folder)),
    clock: { now: clock.now, sleep: sleepWhileAlive(clock.sleep) },
    progress: createProgressBoard(),
    pace: { compareMemoryBytes: 64 * 1024 * 1024, planAnswerMs: 10 * minute, verifyRounds: 3 },
    undoWindowMs: 24 * 60 * minute,
    approvalExpiryMs: 8 * 60 * minute,
    onBug: (error) => bugs.push(error),
  });
  return {
    restores,
    log,
    lock,
    journal,
    audit: makeAudit(trail),
    bugs,
    async close(): Promise<void> {
      life.end();
      made.close();
      db.close();
      await wire.close();
    },
  };
}

export type Program = Awaited<ReturnType<typeof startProgram>>;

/** The part with some of its methods changed, and all of them useless once the life is over. */
function mortal<T extends object>(part: T, life: Life, changed: Partial<T>): T {
  return new Proxy(part, {
    get(target, name) {
      const own: unknown = Reflect.get(changed, name);
      const member: unknown = own ?? Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        if (life.isOver()) throw new Killed();
        return Reflect.apply(member, own === undefined ? target : changed, args);
      };
    },
  });
}

type Writes = { readonly life: Life; readonly trouble: NonNullable<ProgramOptions['trouble']> };

/** A write is about to be made, unless the life ends before it or it fails. */
function begins({ life, trouble }: Writes, name: string): Call {
  const call = life.begins(name);
  if (life.isOver()) throw new Killed();
  const failure = trouble(name);
  if (failure !== undefined) throw failure;
  return call;
}

/** A write was made: if the life ends right after it, the file has it all the same. */
function ends({ life }: Writes, call: Call): void {
  life.reaches(call, 'after');
  if (life.isOver()) throw new Killed();
}

function once<T>(writes: Writes, name: string, act: () => T): T {
  const call = begins(writes, name);
  const result = act();
  ends(writes, call);
  return result;
}

function mortalLog(log: SqliteEventLog, writes: Writes): EventLog {
  const { life } = writes;
  return mortal<EventLog>(log, life, {
    begin: (now, event) => once(writes, 'record requested', () => log.begin(now, event)),
    decide(runId, decide, fencing) {
      let call: Call | undefined;
      const stored = log.decide(
        runId,
        (run) => {
          const events = decide(run);
          // What is thrown here ends the transaction, which leaves nothing in the file.
          if (events.length > 0) call = begins(writes, `record ${events.map(nameOf).join(', ')}`);
          return events;
        },
        fencing,
      );
      if (call !== undefined) ends(writes, call);
      return stored;
    },
    watch(onNew) {
      const stop = log.watch(() => {
        if (!life.isOver()) onNew();
      });
      life.onEnd(stop);
      return stop;
    },
  });
}

function nameOf(event: RunEvent): string {
  return 'phase' in event && event.phase !== undefined ? `${event.type} ${event.phase}` : event.type;
}

function mortalJournal(journal: Journal, writes: Writes): Journal {
  return mortal(journal, writes.life, {
    add: (runId, label, entries, state) =>
      once(writes, `journal ${state ?? 'pending'} ${label}`, () => journal.add(runId, label, entries, state)),
    mark: (runId, label, ids, state) =>
      once(writes, `mark ${state} ${label}`, () => journal.mark(runId, label, ids, state)),
    dropPending: (runId, label) => once(writes, `drop pending ${label}`, () => journal.dropPending(runId, label)),
  });
}

function mortalLock(lock: Lock, writes: Writes): Lock {
  return mortal(lock, writes.life, {
    take: (runId) => once(writes, 'take the lock', () => lock.take(runId)),
    release: (fencing) => once(writes, 'release the lock', () => lock.release(fencing)),
  });
}
