import type { ErrorCode } from './errors.ts';
import type { Actor, Origin, RestoreRequest } from './request.ts';
import type { Instant } from './restore-point.ts';

/** `restore-2025-12-19T10-30-00Z`, as in the requirement; `-2` and so on when the second is taken. */
export type RunId = string;

/** The phases of a run, in the order of the story. Names are the requirement's where it has them. */
export const phases = [
  'ACQUIRE_LOCK',
  'PREFLIGHT',
  'INITIATE_RESTORE',
  'AWAIT_ACTIVE',
  'VERIFY_COUNTS',
  'CONFIRM_PLAN',
  'SWAP_DATA',
  'VERIFY_DATA',
  'CLEANUP',
  'RELEASE_LOCK',
] as const;
export type Phase = (typeof phases)[number];

/** The plan of one table, and proof of what was compared. Counts only: no item ever enters the event log. */
export type TableComparison = {
  readonly label: string;
  readonly liveItems: number;
  readonly restoredItems: number;
  readonly put: number;
  readonly delete: number;
  readonly unchanged: number;
  /** Order-independent digest of each side, 32 hex digits. */
  readonly liveDigest: string;
  readonly restoredDigest: string;
};

export type RunFailure = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly phase: Phase | undefined;
  /** Restore tables that still exist in AWS. */
  readonly restoreTablesKept: readonly string[];
};

/** Who has the one lock, since when and until when. */
export type LockHolder = {
  readonly runId: RunId;
  readonly host: string;
  readonly pid: number;
  readonly takenAt: Instant;
  readonly expiresAt: Instant;
  /** Grows with every taking; a state change with an older number is refused. */
  readonly fencing: number;
};

/** Everything that can happen to a run. Written down before anybody is told. */
export type RunEvent =
  | {
      readonly type: 'requested';
      readonly request: RestoreRequest;
      readonly digest: string;
      readonly origin: Origin;
      readonly approvalsNeeded: number;
      /** When an undecided request dies; absent when no approval is needed. */
      readonly expiresAt?: Instant;
    }
  | { readonly type: 'approved'; readonly by: Actor; readonly digest: string }
  | { readonly type: 'denied'; readonly by: Actor; readonly reason: string }
  | { readonly type: 'withdrawn'; readonly by: Actor }
  | { readonly type: 'expired'; readonly why: 'no-decision' | 'left-window' }
  | { readonly type: 'started' }
  | { readonly type: 'lock-taken'; readonly holder: LockHolder; readonly takenOverFrom?: LockHolder }
  | { readonly type: 'lock-released' }
  | { readonly type: 'phase-started'; readonly phase: Phase }
  | { readonly type: 'phase-finished'; readonly phase: Phase; readonly durationMs: number }
  | { readonly type: 'preflight-warning'; readonly label?: string; readonly message: string }
  | { readonly type: 'preflight-passed'; readonly checks: number }
  /** The intent, before RestoreTableToPointInTime is called: from here on the table may exist and is ours. */
  | { readonly type: 'table-restoring'; readonly label: string; readonly restoreTable: string; readonly arn: string }
  | { readonly type: 'table-restore-accepted'; readonly label: string }
  | {
      readonly type: 'table-restore-refused';
      readonly label: string;
      readonly code: ErrorCode;
      readonly message: string;
    }
  | { readonly type: 'table-active'; readonly label: string; readonly durationMs: number }
  | ({ readonly type: 'table-compared' } & TableComparison)
  | { readonly type: 'plan-shown'; readonly answerBy?: Instant }
  | { readonly type: 'plan-confirmed'; readonly by: Actor }
  | { readonly type: 'plan-refused'; readonly by: Actor }
  | { readonly type: 'swap-started'; readonly label: string; readonly put: number; readonly delete: number }
  | { readonly type: 'swap-finished'; readonly label: string; readonly put: number; readonly delete: number }
  | ({ readonly type: 'table-verified'; readonly round: number } & TableComparison)
  /** The intent, before DeleteTable is called. */
  | { readonly type: 'table-deleting'; readonly label: string; readonly restoreTable: string }
  | { readonly type: 'table-deleted'; readonly label: string; readonly restoreTable: string }
  | {
      readonly type: 'table-delete-failed';
      readonly label: string;
      readonly restoreTable: string;
      readonly reason: string;
    }
  | { readonly type: 'cancel-requested'; readonly by: Actor }
  | { readonly type: 'completed'; readonly durationMs: number }
  | ({ readonly type: 'failed'; readonly durationMs: number } & RunFailure)
  | ({ readonly type: 'cancelled'; readonly durationMs: number } & RunFailure);

/** A row of the event log. `seq` counts over all runs; `hash` chains each row to the one before. */
export type StoredEvent = {
  readonly seq: number;
  readonly runId: RunId;
  readonly at: Instant;
  readonly event: RunEvent;
  readonly hash: string;
};
