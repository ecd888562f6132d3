/** Whether the bot could do what it is there for: behind /healthz and /readyz. */
import type { Environment } from './restore/environment.ts';
import { asUserError, UserError } from './restore/errors.ts';
import type { AwsFor, Clock, EventLog } from './restore/ports.ts';
import type { Instant } from './restore/restore-point.ts';
import type { Restores } from './restore/restores.ts';

type Parts = {
  readonly restores: Pick<Restores, 'livingHolder'>;
  readonly log: Pick<EventLog, 'after'>;
  readonly awsFor: AwsFor;
  readonly environments: readonly Environment[];
  readonly clock: Clock;
  /** Asks Slack whether our token is in order; empty: it is. */
  readonly askSlack: () => Promise<readonly string[]>;
};

/** A probe may come every few seconds; AWS and Slack are asked this often at most. */
const knownForMs = 60_000;
/** What was wrong may be mended by now. */
const wrongForMs = 10_000;
/** They may take their time; but what they said so long ago says nothing about now. */
const believedForMs = 3 * knownForMs;
/** Probes give up after a few seconds: by then they hear what is known. */
const answerWithinMs = 2_000;

export interface Health {
  /** Of the process: empty when the state file can be read. */
  troubles(): readonly string[];
  /** What Slack last said against our token; it is asked again meanwhile. Empty: nothing that is known. */
  offline(): readonly string[];
  /** Somebody carries out a restore with this state file: this process or a shell beside it. */
  isRestoring(): boolean;
  /** Of a restore: empty when every environment's tables answer, with the credentials we have, and Slack takes our token. */
  obstacles(): Promise<readonly string[]>;
}

/** @param stopping aborted from the moment on when nothing new is begun */
export function makeHealth(parts: Parts, stopping: AbortSignal): Health {
  const { log, restores, environments, awsFor, clock } = parts;
  const aws = rememberedOf('AWS', () => obstaclesIn(environments, awsFor), clock);
  const slack = rememberedOf('Slack', parts.askSlack, clock);

  const troubles = () => {
    try {
      log.after(0, 1);
      return [];
    } catch (error) {
      return [`state file: ${asUserError(error).code}`];
    }
  };

  return {
    troubles,
    offline: slack.known,
    isRestoring() {
      try {
        return restores.livingHolder() !== undefined;
      } catch {
        // The state file is a trouble of its own.
        return false;
      }
    },
    async obstacles() {
      if (stopping.aborted) return ['stopping'];
      const [ofAws, ofSlack] = await Promise.all([aws.soon(), slack.soon()]);
      return [...troubles(), ...ofAws, ...ofSlack];
    },
  };
}

type Remembered = {
  /** What was said last; it is asked again meanwhile where that is long ago. */
  readonly known: () => readonly string[];
  /** What is said now, or what is known of it when that takes too long. */
  readonly soon: () => Promise<readonly string[]>;
};

function rememberedOf(who: string, ask: () => Promise<readonly string[]>, clock: Clock): Remembered {
  let last: { readonly at: Instant; readonly said: readonly string[] } | undefined;
  let asking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const said = await ask();
    last = { at: clock.now(), said };
  }

  /** Resolves in any case: what was said is where it was put. */
  async function lookWhenDue(): Promise<void> {
    const age = last === undefined ? Number.POSITIVE_INFINITY : clock.now() - last.at;
    if (age < (last?.said.length === 0 ? knownForMs : wrongForMs)) return;
    asking ??= look().finally(() => {
      asking = undefined;
    });
    await asking.catch(() => undefined);
  }

  const said = () => {
    if (last === undefined) return undefined;
    return clock.now() - last.at >= believedForMs ? [`${who} does not answer`] : last.said;
  };

  return {
    known() {
      void lookWhenDue();
      return said() ?? [];
    },
    async soon() {
      await settledWithin(lookWhenDue(), clock);
      return said() ?? [`${who} has not answered yet`];
    },
  };
}

async function obstaclesIn(environments: readonly Environment[], awsFor: AwsFor): Promise<readonly string[]> {
  const found = await Promise.all(environments.map(async (each) => obstacleIn(each, awsFor)));
  // Of the two built-in environments one may not exist at all; where none does, something is wrong.
  const isUsable = found.some(({ exists }) => exists);
  return found.flatMap(({ exists, obstacle }) => (exists || !isUsable ? (obstacle ?? []) : []));
}

async function settledWithin(looking: Promise<void>, clock: Clock): Promise<void> {
  const enough = new AbortController();
  await Promise.race([looking, clock.sleep(answerWithinMs, enough.signal).catch(() => undefined)]);
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
