import type { Costs, LockHolder, Phase, RunEvent, RunFailure, RunId, StoredEvent, TablesSize } from './events.ts';
import { extraPhases, phases } from './events.ts';
import type { Actor, Origin, RestoreRequest } from './request.ts';
import type { Instant } from './restore-point.ts';
import type { Speed } from './speed.ts';
import type { TableRun } from './table-run.ts';
import { tableAfter, withRestOf } from './table-run.ts';

export type { TableRun } from './table-run.ts';

/** The states of a run and where each may lead. */
const transitions = {
  AWAITING_APPROVAL: ['APPROVED', 'DENIED', 'WITHDRAWN', 'EXPIRED'],
  APPROVED: ['IN_PROGRESS', 'FAILED', 'CANCELLED', 'EXPIRED', 'WITHDRAWN'],
  IN_PROGRESS: ['COMPLETED', 'FAILED', 'CANCELLED', 'ROLLED_BACK', 'NEEDS_ATTENTION'],
  COMPLETED: [],
  FAILED: [],
  CANCELLED: [],
  ROLLED_BACK: [],
  NEEDS_ATTENTION: [],
  DENIED: [],
  WITHDRAWN: [],
  EXPIRED: [],
} as const satisfies Record<string, readonly string[]>;
export type RunState = keyof typeof transitions;

export type PhaseStatus = 'pending' | 'in_progress' | 'complete' | 'error' | 'skipped';

type RollbackCause = Pick<RunFailure, 'code' | 'message' | 'hint' | 'phase'>;

/** A run is the fold of its events. Nothing else is known about it. */
export type Run = {
  readonly id: RunId;
  readonly request: RestoreRequest;
  readonly digest: string;
  readonly origin: Origin;
  readonly state: RunState;
  readonly requestedAt: Instant;
  readonly approvalsNeeded: number;
  readonly size?: TablesSize;
  readonly approvals: readonly { readonly by: Actor; readonly at: Instant }[];
  readonly expiresAt?: Instant;
  readonly restorableUntil?: Instant;
  /** Who ended an undecided request, and why (denied, withdrawn). */
  readonly closedBy?: { readonly by: Actor; readonly at: Instant; readonly reason: string };
  readonly startedAt?: Instant;
  /** The number of the event with which it began: what came first is told by these, as clocks differ and are set. */
  readonly startedSeq?: number;
  readonly endedAt?: Instant;
  readonly holder?: LockHolder;
  readonly phase?: Phase;
  readonly phases: Readonly<
    Record<Phase, { readonly status: PhaseStatus; readonly startedAt?: Instant; readonly durationMs?: number }>
  >;
  readonly tables: readonly TableRun[];
  readonly warnings: readonly string[];
  readonly plan: 'none' | 'shown' | 'confirmed' | 'refused';
  readonly planAnswerBy?: Instant;
  readonly cancelRequested: boolean;
  readonly speed: Speed;
  /** Who set it last, and when; absent: nobody did. */
  readonly speedSet?: { readonly by: Actor; readonly at: Instant };
  /** Another process than the first one has gone on with it. */
  readonly resumed: boolean;
  /** Its process stopped at a safe point, with everything written down; nobody has gone on with it since. */
  readonly isPutDown?: boolean;
  /** A process was gone without a word: what it used of AWS last is in no record. */
  readonly isPartlyCounted?: boolean;
  /** Set while, and after, what the swap wrote is put back. */
  readonly rollback?: RollbackCause;
  readonly failure?: RunFailure;
  readonly durationMs?: number;
  readonly lastSeq: number;
};

export function canMove(from: RunState, to: RunState): boolean {
  return (transitions[from] as readonly RunState[]).includes(to);
}

export function hasEnded(run: Run): boolean {
  return transitions[run.state].length === 0;
}

/** Restore tables that exist in AWS as far as the record knows. */
export function restoreTablesOf(run: Run): readonly string[] {
  return run.tables.flatMap((table) =>
    table.restoreAccepted && !table.restoreTableDeleted && table.restoreTable !== undefined ? [table.restoreTable] : [],
  );
}

/** Rebuilds a run from its rows, oldest first. undefined: no row begins a run. */
export function foldRun(rows: readonly StoredEvent[]): Run | undefined {
  let run: Run | undefined;
  for (const row of rows) run = run === undefined ? begin(row) : apply(run, row);
  return run;
}

function begin(row: StoredEvent): Run | undefined {
  const { event } = row;
  if (event.type !== 'requested') return undefined;
  return {
    id: row.runId,
    request: event.request,
    digest: event.digest,
    origin: event.origin,
    state: event.approvalsNeeded === 0 ? 'APPROVED' : 'AWAITING_APPROVAL',
    requestedAt: row.at,
    approvalsNeeded: event.approvalsNeeded,
    ...(event.size === undefined ? {} : { size: event.size }),
    approvals: [],
    ...(event.expiresAt === undefined ? {} : { expiresAt: event.expiresAt }),
    ...(event.restorableUntil === undefined ? {} : { restorableUntil: event.restorableUntil }),
    phases: Object.fromEntries(
      [...phases, ...extraPhases].map((phase) => [phase, { status: isSkipped(phase, event) ? 'skipped' : 'pending' }]),
    ) as Run['phases'],
    tables: event.request.tables.map((ref) => ({
      ...ref,
      restoreAccepted: false,
      restoreConfirmed: false,
      swap: 'pending',
      restoreTableDeleted: false,
    })),
    warnings: [],
    plan: 'none',
    cancelRequested: false,
    speed: 'normal',
    resumed: false,
    lastSeq: row.seq,
  };
}

/** A drill compares and writes nothing back. */
function isSkipped(phase: Phase, { request }: RunEvent & { readonly type: 'requested' }): boolean {
  return request.drill === true && (phase === 'CONFIRM_PLAN' || phase === 'SWAP_DATA' || phase === 'VERIFY_DATA');
}

/** What one more row makes of a run. Rows are history: nothing is refused here, deciding comes before writing. */
export function apply(run: Run, row: StoredEvent): Run {
  return { ...run, ...changes(run, row), lastSeq: row.seq };
}

function changes(run: Run, { seq, at, event }: StoredEvent): Partial<Run> {
  switch (event.type) {
    case 'requested':
    case 'resume-refused':
    case 'lock-released':
    case 'preflight-passed':
      return {};
    case 'approved': {
      const approvals = [...run.approvals, { by: event.by, at }];
      return { approvals, ...(approvals.length >= run.approvalsNeeded ? { state: 'APPROVED' } : {}) };
    }
    case 'denied':
      return { state: 'DENIED', endedAt: at, closedBy: { by: event.by, at, reason: event.reason } };
    case 'withdrawn':
      return { state: 'WITHDRAWN', endedAt: at, closedBy: { by: event.by, at, reason: '' } };
    case 'expired':
      return { state: 'EXPIRED', endedAt: at };
    case 'started':
      return { state: 'IN_PROGRESS', startedAt: at, startedSeq: seq };
    case 'lock-taken':
      return { holder: event.holder };
    case 'paused':
      return { ...withRest(run, event), isPutDown: true };
    case 'resumed':
      return goneOnWith(run, event.holder);
    case 'rollback-started':
      return putBackAfter(run, event);
    case 'phase-started':
      // A resumed phase began when it began the first time: its limits are counted from there.
      return {
        phase: event.phase,
        phases: {
          ...run.phases,
          [event.phase]: { startedAt: run.phases[event.phase].startedAt ?? at, status: 'in_progress' },
        },
      };
    case 'phase-finished': {
      const before = run.phases[event.phase];
      return {
        phases: { ...run.phases, [event.phase]: { ...before, status: 'complete', durationMs: event.durationMs } },
      };
    }
    case 'preflight-warning':
      return { warnings: [...run.warnings, event.message] };
    case 'plan-shown':
      return { plan: 'shown', ...(event.answerBy === undefined ? {} : { planAnswerBy: event.answerBy }) };
    case 'plan-confirmed':
      return { plan: 'confirmed' };
    case 'plan-refused':
      return { plan: 'refused' };
    case 'speed-set':
      return { speed: event.speed, speedSet: { by: event.by, at } };
    case 'cancel-requested':
      return { cancelRequested: true };
    case 'completed':
      return { state: 'COMPLETED', endedAt: at, durationMs: event.durationMs, ...withRest(run, event) };
    case 'failed':
    case 'cancelled':
    case 'rolled-back':
    case 'needs-attention':
      return ended(run, at, event);
    default:
      return {
        tables: run.tables.map((table) =>
          table.label === event.label ? tableAfter(table, event, run.request.options.onConflict) : table,
        ),
      };
  }
}

function withRest({ tables }: Run, costs: Costs): Pick<Run, 'tables' | 'isPartlyCounted'> {
  const { isPartlyCounted } = costs;
  return { tables: tables.map((table) => withRestOf(costs, table)), ...(isPartlyCounted && { isPartlyCounted }) };
}

function putBackAfter(run: Run, event: RunEvent & { readonly type: 'rollback-started' }): Partial<Run> {
  const { code, message, hint } = event;
  return { rollback: { code, message, hint, phase: run.phase }, ...withRest(run, event) };
}

function goneOnWith(run: Run, holder: LockHolder): Partial<Run> {
  return { holder, resumed: true, isPutDown: false, ...withoutLastWord(run) };
}

/** Who stops at a safe point writes everything down before; who is gone takes what was not written down along. */
function withoutLastWord({ isPutDown }: Run): Pick<Run, 'isPartlyCounted'> {
  return isPutDown === true ? {} : { isPartlyCounted: true };
}

const endStates = {
  failed: 'FAILED',
  cancelled: 'CANCELLED',
  'rolled-back': 'ROLLED_BACK',
  'needs-attention': 'NEEDS_ATTENTION',
} as const satisfies Record<string, RunState>;
type EndedEarly = keyof typeof endStates;

function ended(run: Run, at: Instant, event: RunEvent & { readonly type: EndedEarly }): Partial<Run> {
  const { type, durationMs, consumed, isPartlyCounted: _, ...failure } = event;
  const phaseFailed =
    event.phase === undefined ? {} : { [event.phase]: { ...run.phases[event.phase], status: 'error' as const } };
  return {
    state: endStates[type],
    endedAt: at,
    durationMs,
    failure,
    phases: { ...run.phases, ...phaseFailed },
    ...withRest(run, event),
    ...(run.state === 'IN_PROGRESS' && consumed === undefined && withoutLastWord(run)),
  };
}
