import { deleteRestoreTable } from './delete-restore-table.ts';
import type { Environment } from './environment.ts';
import { UserError } from './errors.ts';
import type { RunEvent, RunId } from './events.ts';
import { fencesUp, lowerFences } from './fence/lower.ts';
import { intentOf, isMadeByRun } from './made-by-run.ts';
import { asItWas } from './place.ts';
import type { AwsFor, Clock, EventLog } from './ports.ts';
import type { Run } from './run.ts';
import { hasEnded } from './run.ts';
import { tableOf } from './step.ts';

type CleanupOutcome =
  | 'deleted'
  /** AWS does not have it (any more). */
  | 'gone'
  /** AWS is still making it, which nothing can stop; it can be deleted afterwards. */
  | 'later'
  /** A running restore uses it. */
  | 'in-use'
  /** AWS has a table of that name that was not made by the run; it is not touched. */
  | 'not-ours'
  | 'failed';

/** A restore table that outlived its run, and what became of it. */
export type CleanedTable = {
  readonly runId: RunId;
  readonly environment: string;
  readonly label: string;
  readonly restoreTable: string;
  readonly outcome: CleanupOutcome;
  /** Why it is still there; empty when it is not. */
  readonly reason: string;
};

/** A fence that outlived its run. */
export type CleanedFence = {
  readonly runId: RunId;
  readonly environment: string;
  readonly label: string;
  readonly outcome: 'lowered' | 'failed';
  readonly reason: string;
};

/** Both empty: nothing was left over. */
export type CleanupReport = { readonly tables: readonly CleanedTable[]; readonly fences: readonly CleanedFence[] };

export type CleanupParts = {
  readonly log: EventLog;
  readonly awsFor: AwsFor;
  readonly environments: readonly Environment[];
  readonly clock: Clock;
  /** How long a run must have ended before what it left is deleted, in ms; 0: all that is left of ended runs. */
  readonly olderThanMs: number;
  readonly signal?: AbortSignal;
};

/** A table that AWS accepted shows within seconds; one not seen by then was never made, or is gone. */
const showsWithinMs = 60 * 60_000;

/**
 * Deletes the restore tables, and takes down the fences, of runs that ended a while ago: those in our own events and no
 * others. Also finds a table that came to life after its run had given up waiting. What cannot be done now is reported
 * and tried again the next time. Two of these at once do no harm.
 * @throws the signal's reason; otherwise only what is a bug
 */
export async function cleanUpLeftovers(parts: CleanupParts): Promise<CleanupReport> {
  const { log, clock, olderThanMs, signal } = parts;
  const endedBefore = clock.now() - olderThanMs;
  const tables: CleanedTable[] = [];
  const fences: CleanedFence[] = [];
  for (const run of log.recent(allRuns)) {
    if (!hasEnded(run) || run.endedAt === undefined) continue;
    // What a drill leaves is of use to nobody.
    if (run.endedAt > endedBefore && run.request.drill !== true) continue;
    for (const leftover of leftoversOf(run)) {
      signal?.throwIfAborted();
      tables.push(await cleanUpTable(parts, run, leftover));
    }
    if (fencesUp(run).length > 0) fences.push(...(await cleanUpFences(parts, run)));
  }
  return { tables, fences };
}

const allRuns = 1_000_000;

type Leftover = { readonly label: string; readonly restoreTable: string };

function leftoversOf(run: Run): readonly Leftover[] {
  return run.tables.flatMap(({ label, restoreTable, restoreAccepted, restoreTableDeleted }) =>
    restoreTable === undefined || !restoreAccepted || restoreTableDeleted ? [] : [{ label, restoreTable }],
  );
}

async function cleanUpTable(parts: CleanupParts, run: Run, leftover: Leftover): Promise<CleanedTable> {
  const { outcome, reason = '' } = await reporting(async () => decideTable(parts, run, leftover));
  return { runId: run.id, environment: run.request.environment, ...leftover, outcome, reason };
}

type Decision = { readonly outcome: CleanupOutcome; readonly reason?: string };

async function reporting(work: () => Promise<Decision>): Promise<Decision> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { outcome: 'failed', reason: `${error.message} ${error.hint}` };
  }
}

async function decideTable(parts: CleanupParts, run: Run, leftover: Leftover): Promise<Decision> {
  const { label, restoreTable } = leftover;
  const { log, environments, clock, signal } = parts;
  const user = runUsing(log, run, restoreTable);
  if (user !== undefined) return { outcome: 'in-use', reason: `${user} uses it.` };
  const { tables } = awsOf(parts, run);
  const found = await tables.describe(restoreTable, signal);
  const intent = intentOf(log, run, label, restoreTable);
  const record = (...events: readonly RunEvent[]) => {
    log.decide(run.id, (current) => (isDeleted(current, label) ? [] : events));
  };
  if (found === undefined) {
    if (clock.now() - intent.at < showsWithinMs) return { outcome: 'gone' };
    // What is not found with the credentials of another account may well be there.
    const source = await tables.describe(tableOf(run, label).table, signal);
    if (source?.arn !== intent.sourceArn) return { outcome: 'failed', reason: notToBeSeen(intent.sourceArn) };
    record({ type: 'table-deleted', label, restoreTable });
    return { outcome: 'gone' };
  }
  if (!isMadeByRun(found, intent, run)) {
    const reason = `AWS has a table of this name that ${run.id} did not make. Look at it before you delete it yourself.`;
    return { outcome: 'not-ours', reason };
  }
  if (found.status === 'CREATING') return { outcome: 'later', reason: 'AWS is still making it.' };
  const outcome = await deleteRestoreTable({
    tables,
    run,
    label,
    liveTables: environments.flatMap((environment) => environment.tables.map((ref) => ref.table)),
    record: (...events) => record(...events.filter((event) => !isSaidAlready(log, run.id, event))),
  });
  return outcome.deleted ? { outcome: 'deleted' } : { outcome: 'failed', reason: outcome.reason };
}

function notToBeSeen(sourceArn: string): string {
  return `It is not to be seen, and neither is ${sourceArn}: perhaps these credentials are those of another account.`;
}

/**
 * Where the run worked, and as whom, whatever the configuration says of that environment by now: in another account a table
 * that is not found would count as deleted.
 */
function awsOf({ environments, awsFor }: CleanupParts, { id, request }: Run): ReturnType<AwsFor> {
  const environment = environments.find(({ name }) => name === request.environment);
  if (environment !== undefined) return awsFor(asItWas(request, environment));
  throw new UserError(
    'UNKNOWN_ENVIRONMENT',
    `${id} worked in the environment "${request.environment}", which is not in the configuration any more.`,
    `Put it back, or delete what is left in ${request.region} yourself.`,
  );
}

/** Names hold the second of a request, so of two requests in one second the later one may go on with the same table. */
function runUsing(log: EventLog, { request: { region } }: Run, restoreTable: string): RunId | undefined {
  return log
    .open()
    .find((run) => run.request.region === region && run.tables.some((table) => table.restoreTable === restoreTable))
    ?.id;
}

function isDeleted(run: Run, label: string): boolean {
  return run.tables.some((table) => table.label === label && table.restoreTableDeleted);
}

/** A table that cannot be deleted is tried again and again; the record, and whoever reads it aloud, is told once. */
function isSaidAlready(log: EventLog, runId: RunId, event: RunEvent): boolean {
  const said = JSON.stringify(event);
  const rows = log.ofRun(runId).map((row) => row.event);
  if (event.type === 'table-deleting') return rows.some((row) => JSON.stringify(row) === said);
  if (event.type !== 'table-delete-failed') return false;
  const last = rows.findLast((row) => row.type === 'table-delete-failed' && row.label === event.label);
  return JSON.stringify(last) === said;
}

async function cleanUpFences(parts: CleanupParts, run: Run): Promise<readonly CleanedFence[]> {
  const { log, clock } = parts;
  const now = () => log.run(run.id) ?? run;
  let failure = '';
  const bugs: unknown[] = [];
  const onBug = (error: unknown) => bugs.push(error);
  try {
    await lowerFences({ run: now, record: recordFences(log, run.id), aws: awsOf(parts, run), clock, onBug });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    failure = `${error.message} ${error.hint}`;
  }
  if (bugs.length > 0) throw bugs[0];
  const left = fencesUp(now());
  return fencesUp(run).map((label) => ({
    runId: run.id,
    environment: run.request.environment,
    label,
    ...(left.includes(label)
      ? { outcome: 'failed', reason: failure || reasonLeft(log, run.id, label) }
      : { outcome: 'lowered', reason: '' }),
  }));
}

/** Not again what the record says already: it was going to be lowered, and could not be. */
function recordFences(log: EventLog, runId: RunId): (...events: readonly RunEvent[]) => void {
  return (...events) => {
    log.decide(runId, ({ tables }) =>
      events.filter((event) => {
        if (event.type !== 'fence-lowering' && event.type !== 'fence-left') return true;
        const state = tables.find(({ label }) => label === event.label)?.fence?.state;
        return !(state === 'left' || (state === 'lowering' && event.type === 'fence-lowering'));
      }),
    );
  };
}

function reasonLeft(log: EventLog, runId: RunId, label: string): string {
  const events = log.ofRun(runId).map((row) => row.event);
  const left = events.findLast((event) => event.type === 'fence-left' && event.label === label);
  return left?.type === 'fence-left' ? left.reason : '';
}
