/** The program itself, as its users start it: `pitr-restore` on the sandbox, with its own record as the witness. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Run } from '../../src/restore/run.ts';
import { openDatabase } from '../../src/sqlite/database.ts';
import { SqliteEventLog } from '../../src/sqlite/event-log.ts';
import { environment, pointedAt } from './child.ts';

export type OurSwap = {
  /** Compared, written back, compared again. */
  readonly seconds: number;
  readonly writeUnits: number;
  /** The most memory the process ever had, in MB. */
  readonly peakMb: number;
  readonly run: Run;
};

export const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export type Place = { readonly url: string; readonly restorePoint: number };

/** A folder of its own with a configuration for one table, and the variables that make the program use it. */
export function workplace(table: string, { url }: Place, settings: object = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'pitr-bench-'));
  const config = join(folder, 'pitr.yml');
  const bench = { region: 'eu-central-1', approvals: 0, tables: { things: table }, ...settings };
  writeFileSync(config, JSON.stringify({ environments: { bench } }));
  const database = join(folder, 'state.sqlite');
  const env = {
    ...environment,
    ...pointedAt(url),
    PITR_CONFIG: config,
    PITR_DB: database,
    HOME: folder,
    RESTORE_LOG_GROUP: 'off',
  };
  return { folder, database, env, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export async function ourSwap(table: string, place: Place): Promise<OurSwap> {
  const { folder, database, env, remove } = workplace(table, place);
  const point = new Date(place.restorePoint).toISOString();
  const args = [
    '--restore-point',
    point,
    '--environment',
    'bench',
    '--accept-count-mismatch',
    '--timeout-minutes',
    '30',
  ];
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  const peak = watchMemory(child);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`pitr-restore has ended with ${String(code)}:\n${Buffer.concat(output).toString()}`);
  const run = lastRun(database);
  remove();
  const phases = ['VERIFY_COUNTS', 'SWAP_DATA', 'VERIFY_DATA'] as const;
  const seconds = phases.reduce((sum, phase) => sum + (run.phases[phase].durationMs ?? Number.NaN) / 1000, 0);
  const writeUnits = run.tables.reduce((sum, { consumed }) => sum + (consumed?.writeUnits ?? 0), 0);
  return { seconds, writeUnits, peakMb: peak(), run };
}

function lastRun(database: string): Run {
  const db = openDatabase(database);
  try {
    const [run] = new SqliteEventLog(db, Date.now).recent(1);
    if (run === undefined) throw new Error('The program has recorded no run');
    return run;
  } finally {
    db.close();
  }
}

/** Reads the kernel's own high-water mark of a process for as long as there is one. */
function watchMemory({ pid }: Pick<ChildProcess, 'pid'>): () => number {
  let most = 0;
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      most = Math.max(most, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
      clearInterval(timer);
    }
  }, 100);
  return () => {
    clearInterval(timer);
    return most;
  };
}
