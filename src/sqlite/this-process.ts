import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import type { LockIdentity, Machine } from './lock.ts';

/** This process as a holder of the lock. */
export function thisProcess(): LockIdentity {
  const id = machineId();
  const machine: Machine | undefined = id === undefined ? undefined : { id, uptimeMs };
  // Of use only together with where pids are counted.
  const startTime = machine === undefined ? undefined : startTimeOf(process.pid);
  return {
    host: hostname(),
    pid: process.pid,
    ...(machine === undefined ? {} : { machine }),
    ...(startTime === undefined ? {} : { startTime }),
    isAlive,
  };
}

/**
 * Where pids are counted: this boot of this kernel and, on Linux, this pid namespace, for in every container of a host
 * there is a process 1. After the last process of a namespace is gone its number may be given to a new one; a pid that is
 * found there began at another time. undefined where the system does not tell.
 */
function machineId(): string | undefined {
  const parts = partsOfMachine[process.platform]?.();
  if (parts === undefined || parts.includes(undefined)) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([hostname(), ...parts]))
    .digest('hex')
    .slice(0, 16);
}

const partsOfMachine: Partial<Record<NodeJS.Platform, () => readonly (string | undefined)[]>> = {
  linux: () => [
    attempt(ownProcessTable),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
    // Start times and the steady clock are shifted by it; kernels before 5.6 have none.
    attempt(() => readlinkSync('/proc/self/ns/time')) ?? 'one time for all',
  ],
  darwin: () => [attempt(() => output('sysctl', '-n', 'kern.bootsessionuuid'))],
};

/**
 * A process in a pid namespace of its own may have been left the /proc of the one outside (`unshare -p` without
 * `--mount-proc`): there its pid is somebody else's, and nothing that is found under a pid says anything.
 */
function ownProcessTable(): string | undefined {
  return readlinkSync('/proc/self') === String(process.pid) ? 'own' : undefined;
}

/** Steady within one boot and the same for all processes (CLOCK_MONOTONIC); stands still while the machine sleeps. */
function uptimeMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/**
 * Whether the process with this pid that began at `startTime` exists, ours or not. A pid that belongs to a later process
 * is not it, and one that has ended but was not yet waited for by its parent will not do anything any more.
 */
export function isAlive(pid: number, startTime: string | undefined): boolean {
  if (!exists(pid)) return false;
  const found = startTimeOf(pid);
  if (found === 'ended') return false;
  return found === undefined || startTime === undefined || found === startTime;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it exists and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process began, in its machine's own words; `ended` for a zombie; undefined where it cannot be told. */
function startTimeOf(pid: number): string | undefined {
  switch (process.platform) {
    case 'linux':
      return attempt(() => startInStat(readFileSync(`/proc/${pid}/stat`, 'utf8')));
    case 'darwin':
      return attempt(() => output('ps', '-o', 'lstart=', '-p', String(pid)));
    default:
      return undefined;
  }
}

/**
 * Fields 3 (state) and 22 (start, in clock ticks after boot) of /proc/[pid]/stat (proc_pid_stat(5)). Field 2 is the
 * program's name in parentheses, and may hold blanks and parentheses itself.
 */
export function startInStat(stat: string): string | undefined {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  return state === 'Z' || state === 'X' ? 'ended' : fields[19];
}

/** Always in the same words, whatever the user's language and zone. */
function output(program: string, ...args: readonly string[]): string {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  return execFileSync(program, args, { env, encoding: 'utf8', timeout: 5_000, stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Not being told is an answer here: whoever asks then takes the other process for alive. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
