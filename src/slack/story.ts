/** One run as its story is told: its rows, what they add up to, and what its messages say besides. */
import type { Environment } from '../restore/environment.ts';
import type { RunId, StoredEvent } from '../restore/events.ts';
import { approvedAt, type InTheWay, inTheWay } from '../restore/in-the-way.ts';
import type { Clock, EventLog } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import { foldRun, hasEnded, type Run } from '../restore/run.ts';
import { times } from './limits.ts';
import type { Surroundings } from './messages/surroundings.ts';
import type { Target } from './postings.ts';

export type Story = { readonly rows: readonly StoredEvent[]; readonly run: Run; readonly channelId: string };

export type StoryParts = {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly environmentOf: (name: string) => Environment | undefined;
  /** Until when a run can be undone; undefined: it cannot. */
  readonly undoableUntil: (runId: RunId) => Instant | undefined;
  /** What has to be over before this run can be approved, or started. */
  readonly inTheWayOf: (run: Run) => InTheWay | undefined;
  /** Whether Slack could not be asked about those who stand behind it. */
  readonly isUnanswered: (runId: RunId) => boolean;
};

/** undefined: there is no such run, or Slack is not where it is told. */
export function storyOf(runId: RunId, log: EventLog): Story | undefined {
  const rows = log.ofRun(runId);
  const run = foldRun(rows);
  if (run === undefined || run.origin.kind !== 'slack') return undefined;
  return { rows, run, channelId: run.origin.channelId };
}

export function targetOf({ channelId, run }: Story): Target {
  return { channelId, since: run.requestedAt };
}

export function surroundingsOf({ run, rows }: Story, parts: StoryParts): Surroundings {
  const { environmentOf, log, clock } = parts;
  const until = hasEnded(run) ? undoableUntil(run.id, parts) : undefined;
  const { undoOf, environment } = run.request;
  const undone = undoOf === undefined ? undefined : log.run(undoOf);
  const undoing = hasEnded(run) ? log.open().find(({ request }) => request.undoOf === run.id) : undefined;
  const stopOrStart = rows.findLast(({ event: { type } }) => type === 'paused' || type.startsWith('resume'));
  const first = parts.inTheWayOf(run);
  const rival = rivalOf(run, parts);
  return {
    environment: environmentOf(environment),
    isPaused: stopOrStart?.event.type === 'paused',
    isRefused: stopOrStart?.event.type === 'resume-refused',
    ...(undone === undefined ? {} : { undone }),
    ...(until === undefined ? {} : { undoableUntil: until }),
    ...(first === undefined ? {} : { inTheWay: first }),
    ...(rival === undefined ? {} : { rival: rival.id }),
    ...(parts.isUnanswered(run.id) ? { isUnanswered: true } : {}),
    ...(undoing === undefined ? {} : { undoneBy: undoing.id }),
    ...(waitsFrom(run) <= clock.now() ? { isWaiting: true } : {}),
  };
}

/** Of two that are approved only one is started. A drill begins behind a restore. */
function rivalOf({ id, state, request }: Run, { log, clock }: StoryParts): Run | undefined {
  if (state !== 'APPROVED' || request.drill === true) return undefined;
  const others = log.open().filter((run) => run.id !== id && run.state === 'APPROVED');
  return inTheWay(others, false, clock.now());
}

/** From when on an approved run is not said to be about to start: it waits for something. */
export function waitsFrom(run: Run): Instant {
  return run.state === 'APPROVED' ? approvedAt(run) + times.startsWithin : Number.POSITIVE_INFINITY;
}

/** undefined: it cannot be undone, or not any more. */
export function undoableUntil(runId: RunId, parts: StoryParts): Instant | undefined {
  const until = parts.undoableUntil(runId);
  return until === undefined || until <= parts.clock.now() ? undefined : until;
}
