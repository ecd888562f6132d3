/** Whether the bot could do what it is there for: behind /healthz and /readyz. */
import type { Environment } from './restore/environment.ts';
import { asUserError, UserError } from './restore/errors.ts';
import type { AwsFor, Clock, EventLog } from './restore/ports.ts';
import type { Instant } from './restore/restore-point.ts';

type Parts = {
  readonly log: Pick<EventLog, 'after'>;
  readonly awsFor: AwsFor;
  readonly environments: readonly Environment[];
  readonly clock: Clock;
};

/** A probe may come every few seconds; AWS is asked this often at most. */
const knownForMs = 60_000;
/** What was wrong may be mended by now. */
const wrongForMs = 10_000;
/** AWS may take its time; but what it said so long ago says nothing about now. */
const believedForMs = 3 * knownForMs;
/** Probes give up after a few seconds: by then they hear what is known. */
const answerWithinMs = 2_000;

export interface Health {
  /** Of the process: empty when the state file can be read. */
  troubles(): readonly string[];
  /** Of a restore: empty when every environment's tables answer, with the credentials we have. */
  obstacles(): Promise<readonly string[]>;
}

/** @param stopping aborted from the moment on when nothing new is begun */
export function makeHealth({ log, awsFor, environments, clock }: Parts, stopping: AbortSignal): Health {
  let known: { readonly at: Instant; readonly obstacles: readonly string[] } | undefined;
  let looking: Promise<void> | undefined;

  const troubles = () => {
    try {
      log.after(0, 1);
      return [];
    } catch (error) {
      return [`state file: ${asUserError(error).code}`];
    }
  };

  async function look(): Promise<void> {
    const found = await Promise.all(environments.map(async (each) => obstacleIn(each, awsFor)));
    const named = found.flatMap(({ obstacle }) => obstacle ?? []);
    // Of the two built-in environments one may not exist at all; where none does, something is wrong.
    const isUsable = found.some(({ exists }) => exists);
    known = {
      at: clock.now(),
      obstacles: isUsable ? found.flatMap((one) => (one.exists ? (one.obstacle ?? []) : [])) : named,
    };
  }

  return {
    troubles,
    async obstacles() {
      if (stopping.aborted) return ['stopping'];
      const age = known === undefined ? Number.POSITIVE_INFINITY : clock.now() - known.at;
      if (age >= (known?.obstacles.length === 0 ? knownForMs : wrongForMs)) {
        looking ??= look().finally(() => {
          looking = undefined;
        });
        await settledWithin(looking, clock);
      }
      if (known === undefined) return [...troubles(), 'AWS has not answered yet'];
      const isOld = clock.now() - known.at >= believedForMs;
      return [...troubles(), ...(isOld ? ['AWS does not answer'] : known.obstacles)];
    },
  };
}

/** Resolves in any case: what was found is where it was put. */
async function settledWithin(looking: Promise<void>, clock: Clock): Promise<void> {
  const enough = new AbortController();
  await Promise.race([
    looking.catch(() => undefined),
    clock.sleep(answerWithinMs, enough.signal).catch(() => undefined),
  ]);
  enough.abort();
}

/** Codes only: whoever reaches the port need not learn more. Busy is not out of reach. */
async function obstacleIn(
  environment: Environment,
  awsFor: AwsFor,
): Promise<{ readonly exists: boolean; readonly obstacle?: string }> {
  try {
    const { tables } = awsFor(environment);
    const found = await Promise.all(environment.tables.map(async ({ table }) => tables.describe(table)));
    const missing = found.filter((table) => table === undefined).length;
    if (missing === 0) return { exists: true };
    return { exists: missing < found.length, obstacle: `${environment.name}: TABLE_NOT_FOUND` };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.code === 'THROTTLED'
      ? { exists: true }
      : { exists: true, obstacle: `${environment.name}: ${error.code}` };
  }
}
