import type { Environment } from '../../restore/environment.ts';
import type { RunId } from '../../restore/events.ts';
import type { InTheWay } from '../../restore/in-the-way.ts';
import type { Instant } from '../../restore/restore-point.ts';
import type { Run } from '../../restore/run.ts';

/** What a message about a run says besides the run itself. */
export type Surroundings = {
  /** As it is configured now; undefined when it is not configured any more. */
  readonly environment: Environment | undefined;
  /** The run that this one undoes. */
  readonly undone?: Run;
  /** Until when this run can be undone; absent: it cannot. */
  readonly undoableUntil?: Instant;
  /** The run that is asked for, or about, to undo this one. */
  readonly undoneBy?: RunId;
  /** A shutdown stopped it at a safe point; it is to be resumed. */
  readonly isPaused?: boolean;
  /** It stands still, and was refused to go on: the configuration is another one. */
  readonly isRefused?: boolean;
  /** What has to be over before this one can be approved, or started. */
  readonly inTheWay?: InTheWay;
  /** Another one that is approved and waits: once that begins, this one is ended. */
  readonly rival?: RunId;
  /** Slack could not say who of those who stand behind it has which rights. */
  readonly isUnanswered?: boolean;
  /** It is approved and has not begun for a while. */
  readonly isWaiting?: boolean;
  /** When the event before the one that is told was written down. */
  readonly before?: Instant;
};
