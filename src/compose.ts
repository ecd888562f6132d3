import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import type { CloudWatchOptions } from './cloudwatch/reporter.ts';
import { cloudWatchReporter } from './cloudwatch/reporter.ts';
import type { Config } from './config.ts';
import { comparerOnThreads } from './data-plane/comparer-on-threads.ts';
import { postingOnThreads } from './data-plane/posting-on-threads.ts';
import type { Threads } from './data-plane/threads.ts';
import { openThreads } from './data-plane/threads.ts';
import type { AwsConnections } from './dynamodb/aws.ts';
import { createProgressBoard } from './progress-board.ts';
import { openRecord } from './record.ts';
import type { AuditUseCases } from './restore/audit.ts';
import type { CleanupReport } from './restore/cleanup.ts';
import { cleanUpLeftovers } from './restore/cleanup.ts';
import { makeRestores } from './restore/make-restores.ts';
import type { AwsFor, Clock, Deliveries, EventLog, ProgressBoard, Reporter } from './restore/ports.ts';
import type { Restores } from './restore/restores.ts';
import type { Pace } from './restore/step.ts';

/** The program's parts, made from its configuration and connected. */
export type Parts = {
  readonly restores: Restores;
  readonly log: EventLog;
  readonly deliveries: Deliveries;
  readonly progress: ProgressBoard;
  readonly clock: Clock;
  readonly audit: AuditUseCases;
  /** The AWS behind each environment. */
  readonly awsFor: AwsFor;
  /** Deletes what runs left behind that ended so long ago. */
  readonly cleanUp: (olderThanMs: number, signal?: AbortSignal) => Promise<CleanupReport>;
  /** Forgets the journals that nobody can want any more. */
  readonly purgeJournal: () => void;
  /** Tells CloudWatch Logs of every run; undefined: that is switched off. */
  readonly cloudWatch: (options: CloudWatchOptions) => Reporter | undefined;
  readonly close: () => Promise<void>;
};

const pace = { planAnswerMs: 30 * 60_000, verifyRounds: 3 } as const satisfies Omit<Pace, 'compareMemoryBytes'>;

/** What stands behind AWS, and the threads that do the work on items. */
export type Connections = { readonly aws: AwsConnections; readonly threads: Threads };

/** By itself, because loading AWS's SDK takes a third of the start, and not every command needs it. */
export async function connect({ compareMemoryBytes }: Config): Promise<Connections> {
  const threads = openThreads({
    // Beside this file, once both are compiled.
    workerFile: new URL('./data-plane/worker.js', import.meta.url),
    memoryBudgetBytes: compareMemoryBytes,
  });
  const { createAws } = await import('./dynamodb/aws.ts');
  return { aws: createAws({ openPosting: postingOnThreads(threads) }), threads };
}

/**
 * The only place that knows which real part stands behind which port.
 * @throws UserError STORAGE, BAD_CONFIGURATION
 */
export function compose(
  config: Config,
  { aws, threads }: Connections,
  onBug: (error: unknown, runId: string) => void,
): Parts {
  const { log, lock, journal, deliveries, audit, clock, purgeJournal, close } = openRecord(config);
  const progress = createProgressBoard();
  const comparer = comparerOnThreads(threads, dirname(config.databaseFile));
  const restores = makeRestores({
    environments: config.environments,
    awsFor: aws.awsFor,
    log,
    lock,
    journal,
    comparer,
    clock,
    progress,
    pace: { ...pace, compareMemoryBytes: config.compareMemoryBytes },
    undoWindowMs: config.undoWindowMs,
    approvalExpiryMs: config.approvalExpiryMs,
    onBug,
  });
  const { cloudWatch: place } = config;
  return {
    restores,
    log,
    deliveries,
    progress,
    clock,
    audit,
    awsFor: aws.awsFor,
    cleanUp: (olderThanMs, signal) =>
      cleanUpLeftovers({
        log,
        awsFor: aws.awsFor,
        environments: config.environments,
        clock,
        olderThanMs,
        ...(signal === undefined ? {} : { signal }),
      }),
    purgeJournal,
    cloudWatch: (options) =>
      place &&
      cloudWatchReporter(
        { log, deliveries, clock, drills: () => restores.drills(), place, process: randomUUID() },
        options,
      ),
    async close() {
      await threads.close();
      aws.close();
      close();
    },
  };
}
