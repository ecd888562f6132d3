import { formatDuration, formatUtc } from '../reporters/format.ts';
import { statusOf } from '../reporters/status-file.ts';
import { displayName } from '../restore/environment.ts';
import { actorName } from '../restore/request.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Run, TableRun } from '../restore/run.ts';
import { withParts } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** `status`: the running restore, whoever started it, and the requests that wait. */
export async function status(json: boolean, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async ({ restores, clock }) => {
    const open = restores.open();
    terminal.stdout.write(json ? `${JSON.stringify(open.map(statusOf))}\n` : statusText(open, clock.now()));
    return 0;
  });
}

/** Open runs as people read them. Pure. */
export function statusText(open: readonly Run[], now: Instant): string {
  const running = open.filter((run) => run.state === 'IN_PROGRESS');
  const waiting = open.filter((run) => run.state !== 'IN_PROGRESS');
  const parts = running.length === 0 ? ['No restore is running.\n'] : running.map((run) => runningText(run, now));
  return [...parts, ...waiting.map(waitingText)].join('');
}

function runningText(run: Run, now: Instant): string {
  const { request, phase } = run;
  const startedAt = run.startedAt ?? run.requestedAt;
  const holder = run.holder === undefined ? '' : `, process ${run.holder.pid} on ${run.holder.host}`;
  return [
    `${run.id} is running: ${request.environment} back to ${formatUtc(request.restorePoint)}`,
    `  asked for by ${actorName(request.requestedBy)}${holder}`,
    `  running since ${formatUtc(startedAt)} (${formatDuration(now - startedAt)}), phase ${phase ?? 'not begun'}`,
    ...(run.cancelRequested ? ['  stopping at the next safe point'] : []),
    ...run.tables.map((table) => `  ${displayName(table)}: ${tableText(table)}`),
    '',
  ].join('\n');
}

function tableText(table: TableRun): string {
  if (table.verification !== undefined && table.verification.put + table.verification.delete === 0) return 'verified';
  if (table.swap === 'complete') return 'written back';
  if (table.swap === 'in_progress') return 'being written back';
  if (table.comparison !== undefined) {
    return `compared: ${table.comparison.put} items to put, ${table.comparison.delete} to delete`;
  }
  if (table.restoreMs !== undefined) return `${table.restoreTable} is ACTIVE`;
  return table.restoreTable === undefined ? 'waiting' : `AWS is building ${table.restoreTable}`;
}

function waitingText(run: Run): string {
  const { request } = run;
  const what = `${request.environment} back to ${formatUtc(request.restorePoint)} for ${actorName(request.requestedBy)}`;
  const missing = run.approvalsNeeded - run.approvals.length;
  return run.state === 'AWAITING_APPROVAL'
    ? `${run.id} waits for ${missing === 1 ? 'an approval' : `${missing} approvals`}: ${what}\n`
    : `${run.id} is approved and has not begun: ${what}\n`;
}
