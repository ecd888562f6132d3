import { displayName } from '../restore/environment.ts';
import type { Phase, RunEvent, RunFailure, StoredEvent, TableComparison } from '../restore/events.ts';
import { actorName } from '../restore/request.ts';
import type { Run } from '../restore/run.ts';
import { formatDuration, formatUtc } from './format.ts';

type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
export type Line = { readonly level: Level; readonly text: string };

/**
 * What an event is in words: the requirement's console lines where it has them. Pure; `run` is the run as the event left
 * it. Every line fits in one row of a terminal or a log.
 */
export function consoleLines({ event }: StoredEvent, run: Run): readonly Line[] {
  switch (event.type) {
    case 'requested':
    case 'approved':
    case 'denied':
    case 'withdrawn':
    case 'expired':
      return decisionLines(event, run);
    case 'started':
      return [
        info('Starting DynamoDB PITR restore'),
        info(`Restore point: ${formatUtc(run.request.restorePoint)}`),
        debug(`Restore ${run.id} of ${run.request.environment} for ${actorName(run.request.requestedBy)}`),
      ];
    case 'lock-taken':
      return [...staleLockLine(event), info('Lock acquired successfully')];
    case 'lock-released':
      return [info('Lock released')];
    case 'phase-started':
      return phaseStartedLines(event.phase);
    case 'phase-finished':
      return [debug(`${event.phase} finished in ${formatDuration(event.durationMs)}`)];
    case 'preflight-warning':
      return warning(event.message);
    case 'preflight-passed':
      return [info(`All ${event.checks} checks passed`)];
    case 'plan-shown':
    case 'plan-confirmed':
    case 'plan-refused':
      return planLines(event);
    case 'cancel-requested':
      return warning(`${actorName(event.by)} asked to stop: the restore stops at its next safe point`);
    case 'completed':
      return [info(`Restore completed successfully in ${formatDuration(event.durationMs)}`)];
    case 'failed':
      return [...endLines(event), ...error(`Restore failed after ${formatDuration(event.durationMs)}`)];
    case 'cancelled':
      return [...endLines(event), ...warning(`Restore stopped after ${formatDuration(event.durationMs)}`)];
    case 'table-restoring':
    case 'table-restore-accepted':
    case 'table-restore-refused':
    case 'table-active':
    case 'table-compared':
    case 'swap-started':
    case 'swap-finished':
    case 'table-verified':
    case 'table-deleting':
    case 'table-deleted':
    case 'table-delete-failed':
      return tableLines(event, run);
  }
}

type DecisionEvent = Extract<RunEvent, { type: 'requested' | 'approved' | 'denied' | 'withdrawn' | 'expired' }>;

function decisionLines(event: DecisionEvent, run: Run): readonly Line[] {
  switch (event.type) {
    case 'requested': {
      const { request, digest } = event;
      const tables = request.tables.map((ref) => ref.table).join(', ');
      const reason = request.reason === '' ? '' : ` Reason: ${oneLine(request.reason)}`;
      const by = actorName(request.requestedBy);
      return [debug(`${by} asked for ${request.environment} (${tables}), request ${digest.slice(0, 8)}.${reason}`)];
    }
    case 'approved':
      return [info(`${actorName(event.by)} approved request ${event.digest.slice(0, 8)}`)];
    case 'denied':
      return warning(`${actorName(event.by)} denied request ${run.digest.slice(0, 8)}: ${oneLine(event.reason)}`);
    case 'withdrawn':
      return [info(`${actorName(event.by)} withdrew request ${run.digest.slice(0, 8)}`)];
    case 'expired':
      return warning(
        event.why === 'no-decision'
          ? 'The request expired: nobody decided in time'
          : 'The request expired: its restore point is no longer in the restorable window',
      );
  }
}

function staleLockLine({ takenOverFrom }: RunEvent & { type: 'lock-taken' }): readonly Line[] {
  if (takenOverFrom === undefined) return [];
  const { pid, host, runId } = takenOverFrom;
  return warning(`Removing stale lock of ${runId} (process ${pid} on ${host} is gone)`);
}

function phaseStartedLines(phase: Phase): readonly Line[] {
  if (phase === 'VERIFY_COUNTS') return [info('Verifying item counts...')];
  if (phase === 'VERIFY_DATA') return [info('Verifying data integrity...')];
  return [debug(`${phase} started`)];
}

function planLines(event: Extract<RunEvent, { type: `plan-${string}` }>): readonly Line[] {
  switch (event.type) {
    case 'plan-shown': {
      const until = event.answerBy === undefined ? '' : ` until ${formatUtc(event.answerBy)}`;
      return [info(`Waiting for somebody to confirm the plan${until}`)];
    }
    case 'plan-confirmed':
      return [info(`${actorName(event.by)} confirmed the plan`)];
    case 'plan-refused':
      return warning(`${actorName(event.by)} refused the plan`);
  }
}

function endLines({ message, hint, restoreTablesKept }: RunFailure): readonly Line[] {
  const kept = restoreTablesKept.length === 0 ? [] : warning(`Restore tables kept: ${restoreTablesKept.join(', ')}`);
  return [...error(message), ...(hint === '' ? [] : warning(hint)), ...kept];
}

type TableEvent = Extract<RunEvent, { type: `table-${string}` | `swap-${string}` }>;

function tableLines(event: TableEvent, run: Run): readonly Line[] {
  const name = shownName(run, event.label);
  switch (event.type) {
    case 'table-restoring':
      return [info(`Initiating PITR restore for ${name}-restore`), debug(`${name}-restore is ${event.restoreTable}`)];
    case 'table-restore-accepted':
      return [debug(`AWS accepted the restore of ${name}`)];
    case 'table-restore-refused':
      // The failure of the run says it to people, for all tables together.
      return [debug(`AWS refused the restore of ${name} (${event.code}): ${oneLine(event.message)}`)];
    case 'table-active':
      return [info(`${name}-restore is now ACTIVE (${formatDuration(event.durationMs)})`)];
    case 'table-compared':
      return comparedLines(name, event);
    case 'swap-started':
      return [info(`Swapping data for ${name} (${swapSize(event, run)})`)];
    case 'swap-finished':
      return [debug(`${name}: ${event.put} items put, ${event.delete} deleted`)];
    case 'table-verified':
      return verifiedLines(name, event);
    case 'table-deleting':
      return [info(`Deleting restore table: ${name}-restore`), debug(`Calling DeleteTable for ${event.restoreTable}`)];
    case 'table-deleted':
      return [debug(`AWS is deleting ${event.restoreTable}`)];
    case 'table-delete-failed':
      return [
        ...warning(`Warning: Failed to delete restore table ${event.restoreTable}. Please delete manually.`),
        debug(oneLine(event.reason)),
      ];
  }
}

function comparedLines(name: string, compared: TableComparison): readonly Line[] {
  const { liveItems, restoredItems, put, unchanged } = compared;
  const mark = liveItems === restoredItems ? '✓' : '✗';
  return [
    info(`${name}: original=${liveItems}, restore=${restoredItems} ${mark}`),
    info(`${name}: ${put} items to put, ${compared.delete} to delete, ${unchanged} unchanged`),
    debug(`${name}: digest original=${compared.liveDigest}, restore=${compared.restoredDigest}`),
  ];
}

/** The number of items as the requirement has it, and the truth: only what differs is written. */
function swapSize({ label, put, delete: deleted }: TableEvent & { type: 'swap-started' }, run: Run): string {
  const items = run.tables.find((table) => table.label === label)?.comparison?.restoredItems;
  const changes = put + deleted === 0 ? 'none differs' : `${put} to put, ${deleted} to delete`;
  return items === undefined ? changes : `${items} items, ${changes}`;
}

function verifiedLines(name: string, verified: TableComparison & { readonly round: number }): readonly Line[] {
  const { put, liveItems, liveDigest, restoredDigest, round } = verified;
  const digests = `original ${liveDigest}, restore ${restoredDigest}`;
  if (put + verified.delete === 0)
    return [info(`${name}: all ${liveItems} items are identical ✓ (digests: ${digests})`)];
  return warning(`${name}: ${put} items to put and ${verified.delete} to delete again after round ${round} ✗`);
}

function shownName(run: Run, label: string): string {
  const table = run.tables.find((candidate) => candidate.label === label);
  return table === undefined ? label : displayName(table);
}

function debug(text: string): Line {
  return { level: 'DEBUG', text };
}

function info(text: string): Line {
  return { level: 'INFO', text };
}

/** A message may have several lines; each gets its own time and level. */
function warning(text: string): readonly Line[] {
  return text.split('\n').map((part) => ({ level: 'WARNING', text: part }));
}

function error(text: string): readonly Line[] {
  return text.split('\n').map((part) => ({ level: 'ERROR', text: part }));
}

/** What people typed must not be able to make a log line of its own. */
function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
