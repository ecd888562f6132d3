import type { Comparer } from './comparer.ts';
import type { Consumption } from './consumption.ts';
import type { Environment } from './environment.ts';
import type { Phase, RunEvent } from './events.ts';
import type { Aws, Clock, EventLog, Journal, ProgressBoard } from './ports.ts';
import type { Run } from './run.ts';
import type { SpeedNow } from './speed.ts';

/** Numbers that decide how fast things go, never what happens. */
export type Pace = {
  /** Memory that all comparisons of a run together may use for items that wait for their partner, in bytes. */
  readonly compareMemoryBytes: number;
  /** How long the plan waits for a person's answer, in ms. */
  readonly planAnswerMs: number;
  /** How often the tables are compared and corrected again after the swap before what remains is reported. */
  readonly verifyRounds: number;
};

/** What a step has in hand. */
export type StepContext = {
  readonly environment: Environment;
  readonly aws: Aws;
  readonly log: EventLog;
  readonly journal: Journal;
  readonly comparer: Comparer;
  readonly clock: Clock;
  readonly progress: ProgressBoard;
  readonly pace: Pace;
  /** Asked before every request about items. */
  readonly speed: SpeedNow;
  /** What replies say they cost, until a step writes it down. */
  readonly consumption: Consumption;
  /** Aborted when the run has to stop at its next safe point; the reason is a UserError. */
  readonly signal: AbortSignal;
  /** The run as it stands now. */
  run(): Run;
  /** @throws UserError LOCK_LOST when somebody else has the lock now: ask before every write to a live table */
  mustHoldLock(): void;
  /** Writes down what happened; refused when the lock was lost. */
  record(...events: readonly RunEvent[]): void;
  /** Told about bugs of ours that the run survives, or ends by: errors nobody foresaw. */
  onBug(error: unknown): void;
};

export interface Step {
  readonly phase: Phase;
  run(context: StepContext): Promise<void>;
}

/** The table of a run by its label; a label that is not there is a bug of ours. */
export function tableOf(run: Pick<Run, 'id' | 'tables'>, label: string): Run['tables'][number] {
  const table = run.tables.find((candidate) => candidate.label === label);
  if (table === undefined) throw new Error(`Run ${run.id} has no table ${label}`);
  return table;
}

/** The restore table of a live table; asked for before there is one, that is a bug of ours. */
export function restoreTableOf(run: Run, label: string): string {
  const { restoreTable } = tableOf(run, label);
  if (restoreTable === undefined) throw new Error(`Run ${run.id} has no restore table for ${label} yet`);
  return restoreTable;
}

/** Whether the signal stopped what we were doing, rather than a trouble of its own. */
export function stoppedBy(signal: AbortSignal, error: unknown): boolean {
  return signal.aborted && (error === signal.reason || (error instanceof Error && error.name === 'AbortError'));
}
