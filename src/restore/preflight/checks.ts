import type { TableRef } from '../environment.ts';
import { UserError } from '../errors.ts';
import type { Aws } from '../ports.ts';
import type { RestoreRequest } from '../request.ts';
import type { Instant } from '../restore-point.ts';
import { restoreTableName } from '../restore-table-name.ts';
import type { CheckResult } from '../restores.ts';
import type { Check, Finding, Subject } from './check.ts';
import { failed } from './check.ts';
import { fencePossible } from './fence-possible.ts';
import { recoveryEnabled } from './recovery-enabled.ts';
import { replicas } from './replicas.ts';
import { restorePointInWindow } from './restore-point-in-window.ts';
import { restoreTableNameFree } from './restore-table-name-free.ts';
import { streamConsumers } from './stream-consumers.ts';
import { tableActive } from './table-active.ts';
import { tableExists } from './table-exists.ts';
import { tableReadable } from './table-readable.ts';
import { timeToLive } from './time-to-live.ts';

/** In the order in which they are made and reported. */
export const checks: readonly Check[] = [
  tableExists,
  tableActive,
  recoveryEnabled,
  restorePointInWindow,
  restoreTableNameFree,
  tableReadable,
  streamConsumers,
  replicas,
  timeToLive,
  fencePossible,
];

export type ChecksContext = {
  readonly request: RestoreRequest;
  /** When it was asked for: restore tables are named after that second. */
  readonly requestedAt: Instant;
  /** Which one it is of the requests of that second. */
  readonly nth?: number;
  readonly aws: Aws;
  readonly now: Instant;
  /** Restore tables that the run has recorded as its own: they may exist. */
  readonly ownRestoreTables?: readonly string[];
  readonly signal?: AbortSignal;
};

/**
 * Makes every check that reads, and changes nothing. Tables are looked at side by side and reported in the order of the
 * request. What AWS refuses to tell is a failed check, not an error.
 * @throws the signal's reason
 */
export async function runChecks(context: ChecksContext): Promise<readonly CheckResult[]> {
  const results = await Promise.all(context.request.tables.map(async (ref) => checkTable(subject(context, ref))));
  return results.flat();
}

async function checkTable(table: Subject): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [];
  for (const { name, after, isFor, look } of checks) {
    if (isFor?.(table.request) === false) continue;
    const pointless = results.some(({ check, status }) => status === 'failed' && after.includes(check));
    if (!pointless) {
      results.push({ check: name, label: table.ref.label, ...(await finding(look, table)) });
    }
  }
  return results;
}

async function finding(look: Check['look'], table: Subject): Promise<Finding> {
  try {
    return await look(table);
  } catch (error) {
    table.signal?.throwIfAborted();
    if (error instanceof UserError) {
      return failed(error.message, error.hint);
    }
    throw error;
  }
}

function subject(
  { request, requestedAt, nth, aws, now, ownRestoreTables, signal }: ChecksContext,
  ref: TableRef,
): Subject {
  const restoreTable = restoreTableName(ref.table, requestedAt, nth);
  return {
    ref,
    request,
    now,
    aws,
    signal,
    restoreTable,
    restoreTableIsOurs: ownRestoreTables?.includes(restoreTable) ?? false,
    description: once(async () => aws.tables.describe(ref.table, signal)),
    window: once(async () => aws.tables.recoveryWindow(ref.table, signal)),
  };
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return async () => {
    answer ??= ask();
    return answer;
  };
}
