/** What a person should read before asking, beyond what AWS says about the tables. Pure; plain sentences. */
import type { TableRef } from '../restore/environment.ts';
import type { InTheWay } from '../restore/in-the-way.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Run } from '../restore/run.ts';
import { duration, utc } from './measures.ts';
import { inTheWayCaution } from './messages/in-the-way.ts';

const hour = 3_600_000;
/** A request may wait for hours; a moment with less left than this may be gone by then. */
const closingWithin = 24 * hour;
/** An older restore does not explain anything that is seen today. */
const recently = 7 * 24 * hour;

export type Asked = {
  readonly tables: readonly TableRef[];
  readonly at: Instant;
  readonly earliest: Instant;
  readonly now: Instant;
  /** Newest first. */
  readonly history: readonly Run[];
  readonly inTheWay: InTheWay | undefined;
  /** 0: it is started at once. */
  readonly approvalsNeeded: number;
};

export function cautions(asked: Asked): readonly string[] {
  return [...turnCautions(asked.inTheWay, asked.approvalsNeeded), ...closingWindow(asked), ...otherRuns(asked)];
}

/** What whoever asks now should know about the run that is in the way, for a restore, an undo or a drill. */
export function turnCautions(inTheWay: InTheWay | undefined, approvalsNeeded: number): readonly string[] {
  return inTheWay === undefined ? [] : [inTheWayCaution(inTheWay, approvalsNeeded)];
}

function closingWindow({ at, earliest }: Asked): readonly string[] {
  const left = at - earliest;
  if (left < 0 || left >= closingWithin) return [];
  return [
    `This moment leaves the restorable window in ${duration(left)} at the soonest; approve and start it before that.`,
  ];
}

/** The one of the same tables that waits for approval, and the last one that is over. */
function otherRuns({ tables, at, now, history }: Asked): readonly string[] {
  const names = new Set(tables.map(({ table }) => table));
  const same = history.filter(
    ({ request }) => request.drill !== true && request.tables.some(({ table }) => names.has(table)),
  );
  const waiting = same.find(({ state }) => state === 'AWAITING_APPROVAL');
  const last = same.find((run) => hasWritten(run) && run.endedAt !== undefined && now - run.endedAt < recently);
  return [
    ...(waiting === undefined
      ? []
      : [`${waiting.id} of the same tables waits for approval; of two restores only one runs at a time.`]),
    ...(last === undefined ? [] : [lastOne(last, at, now)]),
  ];
}

function hasWritten({ state, tables }: Run): boolean {
  return (state === 'COMPLETED' || state === 'NEEDS_ATTENTION') && tables.some(({ swap }) => swap !== 'pending');
}

function lastOne({ id, request, state, endedAt = 0, startedAt }: Run, at: Instant, now: Instant): string {
  const did = request.undoOf === undefined ? `went back to ${utc(request.restorePoint)}` : `undid ${request.undoOf}`;
  const how = state === 'COMPLETED' ? '' : ', and needs attention';
  const before = startedAt !== undefined && at < startedAt ? ' What it wrote is undone, too.' : '';
  return `The last restore of these tables, ${id}, ended ${duration(now - endedAt)} ago: it ${did}${how}.${before}`;
}
