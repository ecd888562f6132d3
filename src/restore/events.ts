import type { ErrorCode } from './errors.ts';
import type { KeySchema } from './item.ts';
import type { Actor, Origin, RestoreRequest } from './request.ts';
import type { Instant } from './restore-point.ts';

import type { RunId } from './run-id.ts';
import type { Consumed, Speed } from './speed.ts';

export type { RunId } from './run-id.ts';

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
/** Phases that only some runs have: with a fence, or when a swap is put back. */
export const extraPhases = ['RAISE_FENCE', 'LOWER_FENCE', 'ROLL_BACK'] as const;
export type Phase = (typeof phases)[number] | (typeof extraPhases)[number];

/** The plan of one table. Counts only: no item ever enters the event log. */
export type TableComparison = {
  readonly label: string;
  readonly liveItems: number;
  readonly restoredItems: number;
  readonly put: number;
  readonly delete: number;
  readonly unchanged: number;
};

/** What was found after the last write, and the proof of it. */
export type TableVerification = TableComparison & {
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
  /** What tells this process from every other one with its pid: where pids are counted, and when it began. */
  readonly machine?: string;
  readonly startTime?: string;
  readonly takenAt: Instant;
  readonly expiresAt: Instant;
  /** Grows with every taking; a state change with an older number is refused. */
  readonly fencing: number;
};

/** Items that were not what the comparison had seen when their turn came. */
export type Conflicts = { readonly overwritten: number; readonly kept: number };

/** What an act cost, in AWS's own count; absent in records from before it was counted. */
export type Cost = { readonly consumed?: Consumed };

/** The same of each table, by label: what no event about the table alone has told. */
export type Costs = {
  readonly consumed?: Readonly<Record<string, Consumed>>;
  /** Requests were cut off whose replies would have told more. */
  readonly isPartlyCounted?: true;
};

/** What happens to the fence around one live table. */
export type FenceEvent =
  /**
   * The intent, before PutResourcePolicy is called: from here on our statement may be in the table's policy.
   * `policyBefore` is what the policy has to become again; absent: there was none. For the record only, never for people.
   */
  | {
      readonly type: 'fence-raising';
      readonly label: string;
      readonly arn: string;
      readonly sid: string;
      readonly policyBefore?: string;
      readonly startsAt: Instant;
      readonly endsAt: Instant;
    }
  | { readonly type: 'fence-raised'; readonly label: string }
  /**
   * A write that could not have changed anything was denied, several times in a row. `revisionId`: of the policy that
   * was in place then; absent: it could not be read.
   */
  | { readonly type: 'fence-proven'; readonly label: string; readonly revisionId?: string }
  /** The intent, before the policy is changed back. */
  | { readonly type: 'fence-lowering'; readonly label: string }
  | {
      readonly type: 'fence-lowered';
      readonly label: string;
      readonly how: 'as-before' | 'others-kept' | 'was-gone';
    }
  /** Left to a person, or to its end: the restore does not fail by it. */
  | {
      readonly type: 'fence-left';
      readonly label: string;
      readonly reason: string;
      readonly command: string;
      readonly opensAt: Instant;
    };

/** Of all tables of a request together: what its approver is told it will cost. */
export type TablesSize = { readonly items: number; readonly bytes: number };

/** Everything that can happen to a run. Written down before anybody is told. */
export type RunEvent =
  | FenceEvent
  | {
      readonly type: 'requested';
      readonly request: RestoreRequest;
      readonly digest: string;
      readonly origin: Origin;
      readonly approvalsNeeded: number;
      /** How large its tables were when it was asked for, as AWS last counted; absent for an undo. */
      readonly size?: TablesSize;
      /** When a request dies that was not decided, or not begun. */
      readonly expiresAt?: Instant;
      /** When its restore point leaves the window of the first of its tables; absent for an undo. */
      readonly restorableUntil?: Instant;
    }
  | { readonly type: 'approved'; readonly by: Actor; readonly digest: string }
  | { readonly type: 'denied'; readonly by: Actor; readonly reason: string }
  | { readonly type: 'withdrawn'; readonly by: Actor }
  | { readonly type: 'expired'; readonly why: 'no-decision' | 'left-window' | 'not-started' }
  | { readonly type: 'started' }
  /** A shutdown came: stopped at a safe point, to be resumed. */
  | ({ readonly type: 'paused' } & Costs)
  /** It stands still, and cannot go on as it was approved: a person has to decide. */
  | { readonly type: 'resume-refused'; readonly code: ErrorCode; readonly message: string; readonly hint: string }
  /** Another process went on with it, after a pause or after the first one was gone. */
  | { readonly type: 'resumed'; readonly holder: LockHolder }
  | { readonly type: 'lock-taken'; readonly holder: LockHolder; readonly takenOverFrom?: LockHolder }
  | { readonly type: 'lock-released' }
  | { readonly type: 'phase-started'; readonly phase: Phase }
  | { readonly type: 'phase-finished'; readonly phase: Phase; readonly durationMs: number }
  | { readonly type: 'preflight-warning'; readonly label?: string; readonly message: string }
  | { readonly type: 'preflight-passed'; readonly checks: number }
  /** The intent, before RestoreTableToPointInTime is called: from here on the table may exist and is ours. */
  | {
      readonly type: 'table-restoring';
      readonly label: string;
      readonly restoreTable: string;
      readonly arn: string;
      /** Of the live table, for as long as the run lasts and can be undone; absent in records of older versions. */
      readonly keySchema?: KeySchema;
    }
  | { readonly type: 'table-restore-accepted'; readonly label: string }
  | {
      readonly type: 'table-restore-refused';
      readonly label: string;
      readonly code: ErrorCode;
      readonly message: string;
    }
  | { readonly type: 'table-active'; readonly label: string; readonly durationMs: number }
  | ({ readonly type: 'table-compared' } & TableComparison & Cost)
  | { readonly type: 'plan-shown'; readonly answerBy?: Instant }
  | { readonly type: 'plan-confirmed'; readonly by: Actor }
  | { readonly type: 'plan-refused'; readonly by: Actor }
  | { readonly type: 'swap-started'; readonly label: string; readonly put: number; readonly delete: number }
  /** `overwritten`: items the application changed meanwhile, put back after journalling; `kept`: those left alone. */
  | ({
      readonly type: 'swap-finished';
      readonly label: string;
      readonly put: number;
      readonly delete: number;
    } & Conflicts &
      Cost)
  | ({ readonly type: 'table-verified'; readonly round: number } & TableVerification & Cost)
  /** The intent, before DeleteTable is called. */
  | { readonly type: 'table-deleting'; readonly label: string; readonly restoreTable: string }
  | { readonly type: 'table-deleted'; readonly label: string; readonly restoreTable: string }
  | {
      readonly type: 'table-delete-failed';
      readonly label: string;
      readonly restoreTable: string;
      readonly reason: string;
    }
  /** `outrankedBy`: the run that a drill is stopped for. */
  | { readonly type: 'cancel-requested'; readonly by: Actor; readonly outrankedBy?: RunId }
  /** From here on the run reads and writes this fast. */
  | { readonly type: 'speed-set'; readonly speed: Speed; readonly by: Actor }
  /** The swap cannot be finished: what it wrote is being put back. */
  | ({
      readonly type: 'rollback-started';
      readonly code: ErrorCode;
      readonly message: string;
      readonly hint: string;
    } & Costs)
  /** `changedSince`: items somebody changed after we wrote them; they are not touched. */
  | ({
      readonly type: 'table-rolled-back';
      readonly label: string;
      readonly putBack: number;
      readonly changedSince: number;
    } & Cost)
  | ({ readonly type: 'completed'; readonly durationMs: number } & Costs)
  /** `consumed` is absent where another process than its own ended it, which does not know. */
  | ({ readonly type: 'failed'; readonly durationMs: number } & RunFailure & Costs)
  | ({ readonly type: 'cancelled'; readonly durationMs: number } & RunFailure & Costs)
  /** The live tables are what they were before the swap, but for items changed since by others. */
  | ({ readonly type: 'rolled-back'; readonly durationMs: number } & RunFailure & Costs)
  /** Neither finished nor put back: a person has to look. `hint` says at what and what to type. */
  | ({ readonly type: 'needs-attention'; readonly durationMs: number } & RunFailure & Costs);

/** A row of the event log. `seq` counts over all runs; `hash` chains each row to the one before. */
export type StoredEvent = {
  readonly seq: number;
  readonly runId: RunId;
  readonly at: Instant;
  readonly event: RunEvent;
  readonly hash: string;
};
