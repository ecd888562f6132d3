/**
 * The fields of a log line: the requirement's audit trail (timestamp, restore id, restore point, status, duration, item
 * counts, error messages, administrator) in every line that has them, named as in the status file. Built field by
 * field: what an event carries besides (a table's policy) has no way in. Pure.
 */
import type { Cost, RunEvent, RunFailure, StoredEvent, TableComparison } from '../restore/events.ts';
import { actorName } from '../restore/request.ts';
import type { Run } from '../restore/run.ts';
import { kindOf } from './kind.ts';
import { itemsOf } from './metrics.ts';

type Fields = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export function entryOf(stored: StoredEvent, run: Run): Fields {
  const { request } = run;
  return {
    restore_id: run.id,
    environment: request.environment,
    kind: kindOf(request),
    restore_point_in_time: utc(request.restorePoint),
    administrator: actorName(request.requestedBy),
    status: stored.event.type === 'started' ? 'started' : run.state.toLowerCase(),
    ...(run.phase !== undefined && { phase: run.phase }),
    event: stored.event.type,
    ...fieldsOf(stored.event, run),
    // To tell a line from its duplicate, and to prove the event log by a copy of its chain that is out of reach.
    seq: stored.seq,
    hash: stored.hash,
  };
}

function fieldsOf(event: RunEvent, run: Run): Fields {
  switch (event.type) {
    case 'requested':
      return requestFields(event);
    case 'approved':
    case 'denied':
    case 'withdrawn':
    case 'plan-confirmed':
    case 'plan-refused':
    case 'cancel-requested':
    case 'speed-set':
      return {
        by: actorName(event.by),
        ...('reason' in event && { reason: event.reason }),
        ...('speed' in event && { speed: event.speed }),
      };
    case 'expired':
      return { reason: event.why };
    case 'lock-taken':
    case 'resumed':
      return { host: event.holder.host, pid: event.holder.pid };
    case 'phase-started':
      return { phase: event.phase };
    case 'phase-finished':
      return { phase: event.phase, duration_seconds: seconds(event.durationMs) };
    case 'preflight-passed':
      return { checks: event.checks };
    case 'resume-refused':
    case 'rollback-started':
      return { error_code: event.code, error_message: event.message, error_hint: event.hint };
    case 'completed':
      return { duration_seconds: seconds(event.durationMs), ...totals(run) };
    case 'failed':
    case 'cancelled':
    case 'rolled-back':
    case 'needs-attention':
      return { duration_seconds: seconds(event.durationMs), ...totals(run), ...failure(event) };
    case 'started':
    case 'paused':
    case 'lock-released':
    case 'preflight-warning':
    case 'plan-shown':
      return {};
    default:
      return { label: event.label, table: tableOf(run, event.label), ...tableFields(event) };
  }
}

type TableEvent = Extract<RunEvent, { readonly type: `table-${string}` | `swap-${string}` | `fence-${string}` }>;

function tableFields(event: TableEvent): Fields {
  switch (event.type) {
    case 'table-restoring':
    case 'table-deleting':
    case 'table-deleted':
      return { restore_table: event.restoreTable };
    case 'table-delete-failed':
      return { restore_table: event.restoreTable, error_message: event.reason };
    case 'table-restore-refused':
      return { error_code: event.code, error_message: event.message };
    case 'table-active':
      return { duration_seconds: seconds(event.durationMs) };
    case 'table-compared':
      return { ...comparison(event), ...cost(event) };
    case 'table-verified':
      return { round: event.round, ...comparison(event), ...cost(event) };
    case 'swap-started':
      return { put: event.put, delete: event.delete };
    case 'swap-finished':
      return {
        put: event.put,
        delete: event.delete,
        overwritten: event.overwritten,
        kept: event.kept,
        ...cost(event),
      };
    case 'table-rolled-back':
      return { put_back: event.putBack, changed_since: event.changedSince };
    case 'fence-left':
      return { reason: event.reason };
    case 'table-restore-accepted':
    case 'fence-raising':
    case 'fence-raised':
    case 'fence-proven':
    case 'fence-lowering':
    case 'fence-lowered':
      return {};
  }
}

function requestFields({ request, digest, approvalsNeeded }: RunEvent & { readonly type: 'requested' }): Fields {
  return {
    tables: request.tables.map(({ table }) => table),
    region: request.region,
    reason: request.reason,
    digest,
    approvals_needed: approvalsNeeded,
    ...(request.undoOf !== undefined && { undo_of: request.undoOf }),
  };
}

function comparison(compared: TableComparison): Fields {
  return {
    original_count: compared.liveItems,
    restored_count: compared.restoredItems,
    put: compared.put,
    delete: compared.delete,
    unchanged: compared.unchanged,
  };
}

function cost({ consumed }: Cost): Fields {
  return consumed === undefined ? {} : { read_units: consumed.readUnits, write_units: consumed.writeUnits };
}

function totals(run: Run): Fields {
  const items = itemsOf(run);
  const { tables } = run;
  return {
    original_count: tables.reduce((sum, { comparison: compared }) => sum + (compared?.liveItems ?? 0), 0),
    restored_count: tables.reduce((sum, { comparison: compared }) => sum + (compared?.restoredItems ?? 0), 0),
    put: items.ItemsPut,
    delete: items.ItemsDeleted,
    unchanged: items.ItemsUnchanged,
    put_back: items.ItemsPutBack,
    read_units: items.ReadUnits,
    write_units: items.WriteUnits,
  };
}

function failure({ code, message, hint, restoreTablesKept }: RunFailure): Fields {
  return { error_code: code, error_message: message, error_hint: hint, restore_tables_kept: restoreTablesKept };
}

function tableOf(run: Run, label: string): string | undefined {
  return run.tables.find((table) => table.label === label)?.table;
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}

function utc(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
