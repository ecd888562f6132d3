/** The one door to the core: what a person, through Slack or a shell, can do. */
import type { Environment } from './environment.ts';
import type { UserError } from './errors.ts';
import type { RunId } from './events.ts';
import type { Expectation } from './expectation.ts';
import type { RecoveryWindow, TableDescription } from './ports.ts';
import type { RecordedRuns } from './recorded-runs.ts';
import type { Actor, Origin, RestoreRequest } from './request.ts';
import type { Instant } from './restore-point.ts';
import type { Run } from './run.ts';

/** What is known about a table before anything is asked of it: for the modal, `list` and the dry run. */
export type TableOutlook = {
  readonly label: string;
  readonly table: string;
  readonly description: TableDescription;
  readonly timeToLiveAttribute?: string | undefined;
  readonly window: RecoveryWindow;
};

export type EnvironmentOutlook = {
  readonly environment: string;
  readonly tables: readonly TableOutlook[];
  /** Where every table can be restored: the latest of the earliest bounds, the earliest of the latest ones. */
  readonly window: { readonly earliest: Instant; readonly latest: Instant };
  readonly approximateItems: number;
  readonly approximateBytes: number;
  readonly expected: Expectation;
  /** Sentences a person should read before asking (streams with consumers, replicas, TTL …). */
  readonly warnings: readonly string[];
};

/** A request as somebody makes it, before the tables' windows are known. */
export type Wish = Omit<RestoreRequest, 'region' | 'restorePoint'> & {
  /** 'latest': the latest moment to which every table can be restored. */
  readonly restorePoint: Instant | 'latest';
};

export interface Restores extends RecordedRuns {
  /**
   * Looks at the tables. Reads only.
   * @throws UserError TABLE_NOT_FOUND, PITR_UNAVAILABLE, ACCESS_DENIED, CREDENTIALS, NETWORK, THROTTLED
   */
  outlook(environment: Environment, labels: readonly string[]): Promise<EnvironmentOutlook>;
  /**
   * Writes the request down. It waits for approvals if its environment asks for any (never for a shell: there, whoever
   * holds the AWS credentials is the authority), and is APPROVED at once otherwise. Does not start it.
   * @throws UserError RESTORE_POINT when the instant is outside the window
   */
  request(wish: Wish, origin: Origin): Promise<Run>;
  /** Every check that reads, and nothing else. @throws UserError PREFLIGHT */
  dryRun(wish: Wish): Promise<DryRunReport>;
  /**
   * Carries out an APPROVED run and resolves with how it ended. Never rejects for a run that fails: the failure is in
   * the run. `signal` pauses it at the next safe point: it stays IN_PROGRESS, to be resumed.
   */
  execute(runId: RunId, signal?: AbortSignal): Promise<Run>;
  /** Ends an approved run that must not be started after all. Does nothing to any other run, nor to one that somebody else begins. */
  abandon(runId: RunId, why: UserError): void;
  /** Ends one that would be refused if it was started now, because another one is being carried out. */
  refuseIfBehind(runId: RunId): void;
  /**
   * Goes on with an interrupted run where the record stops, after asking AWS what really happened; a run that somebody
   * asked to cancel is put back instead. Resolves as `execute` does.
   * @throws UserError OUT_OF_DATE when it has ended or somebody else is carrying it out
   */
  resume(runId: RunId, signal?: AbortSignal): Promise<Run>;
  /**
   * Writes down a request to put back exactly what a run overwrote. It is a run of its own: it needs the same approvals
   * as a restore of that environment, is carried out by `execute`, and can itself be undone.
   * @throws UserError UNKNOWN_RUN, NOT_ALLOWED, OUT_OF_DATE (not ended, wrote nothing, undone already, window over)
   */
  undo(runId: RunId, by: Actor, reason: string, origin: Origin): Run;
}

export type CheckResult = {
  readonly check: string;
  readonly label?: string;
  readonly status: 'passed' | 'warning' | 'failed';
  readonly message: string;
  /** What to do about it; empty when passed. */
  readonly hint: string;
};

export type DryRunReport = {
  /** Absent where the tables could not be looked at. */
  readonly expected?: Expectation;
  readonly request: RestoreRequest;
  readonly checks: readonly CheckResult[];
  readonly passed: boolean;
};
