import type { CloudWatchLogsClient, RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import {
  CloudWatchLogsClient as Client,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { LogLine } from './batches.ts';
import { chronological } from './batches.ts';
import { LogsFailed } from './logs-failed.ts';

/** Where the lines go. */
export type Place = {
  readonly region: string;
  readonly logGroup: string;
  readonly logStream: string;
  /** For a group that we make; one that is there keeps its own. */
  readonly retentionDays: number;
};

/** Why lines were not kept by a request that otherwise was accepted. */
export type Rejected = { readonly lines: number; readonly why: 'too-new' | 'too-old' | 'expired' | 'refused' };

/** A log stream that comes into being when it is first written to. */
export class LogStream {
  readonly #client: CloudWatchLogsClient;
  readonly #place: Place;
  readonly #onRetention: (error: LogsFailed) => void;
  #owesRetention = false;

  /** @param onRetention hears, once, that a group that we made keeps its lines for ever */
  constructor(place: Place, onRetention: (error: LogsFailed) => void) {
    this.#place = place;
    this.#onRetention = onRetention;
    const { region } = place;
    // One attempt: whoever calls tries again for as long as it takes, and knows of every failure.
    const requestHandler = { connectionTimeout: 5_000, socketTimeout: 10_000 };
    this.#client = new Client({ region, maxAttempts: 1, requestHandler });
  }

  close(): void {
    this.#client.destroy();
  }

  /**
   * Writes the lines of one batch.
   * @returns those that AWS did not keep, each with its reason; repeating them would change nothing
   * @throws LogsFailed
   */
  async put(lines: readonly LogLine[], signal: AbortSignal): Promise<readonly Rejected[]> {
    try {
      return await this.#put(lines, signal);
    } catch (error) {
      if (!(error instanceof LogsFailed)) throw error;
      if (error.code === 'ResourceNotFoundException') {
        await this.#create(signal);
        return await this.#put(lines, signal);
      }
      if (error.code === 'DataAlreadyAcceptedException') return [];
      if (error.code !== 'InvalidParameterException') throw error;
      return await this.#putInHalves(lines, signal);
    }
  }

  /** One line that AWS does not take must not hold up all the others for ever. */
  async #putInHalves(lines: readonly LogLine[], signal: AbortSignal): Promise<readonly Rejected[]> {
    if (lines.length === 1) return [{ lines: 1, why: 'refused' }];
    const middle = Math.ceil(lines.length / 2);
    const first = await this.put(lines.slice(0, middle), signal);
    return [...first, ...(await this.put(lines.slice(middle), signal))];
  }

  async #put(lines: readonly LogLine[], signal: AbortSignal): Promise<readonly Rejected[]> {
    const logEvents = chronological(lines).map(({ timestamp, message }) => ({ timestamp, message }));
    const command = new PutLogEventsCommand({ ...this.#names(), logEvents });
    const reply = await asked('logs:PutLogEvents', () => this.#client.send(command, { abortSignal: signal }));
    return rejectedIn(reply.rejectedLogEventsInfo, lines.length);
  }

  /** The stream first: in a group that somebody else made for us, no more than that may be allowed to us. */
  async #create(signal: AbortSignal): Promise<void> {
    const { logGroup: logGroupName } = this.#place;
    const stream = () => this.#client.send(new CreateLogStreamCommand(this.#names()), { abortSignal: signal });
    try {
      await ifMissing('logs:CreateLogStream', stream);
    } catch (error) {
      if (!(error instanceof LogsFailed) || error.code !== 'ResourceNotFoundException') throw error;
      const isNew = await ifMissing('logs:CreateLogGroup', () =>
        this.#client.send(new CreateLogGroupCommand({ logGroupName }), { abortSignal: signal }),
      );
      // Of a group that was there already it is not ours to say how long it keeps what.
      this.#owesRetention ||= isNew;
      if (this.#owesRetention) await this.#setRetention(signal);
      await ifMissing('logs:CreateLogStream', stream);
    }
  }

  async #setRetention(signal: AbortSignal): Promise<void> {
    const { logGroup: logGroupName, retentionDays: retentionInDays } = this.#place;
    const command = new PutRetentionPolicyCommand({ logGroupName, retentionInDays });
    try {
      await asked('logs:PutRetentionPolicy', () => this.#client.send(command, { abortSignal: signal }));
      this.#owesRetention = false;
    } catch (error) {
      // Lines that are kept too long are no reason to keep none.
      if (!(error instanceof LogsFailed) || !error.isDenied) throw error;
      this.#owesRetention = false;
      this.#onRetention(error);
    }
  }

  #names() {
    return { logGroupName: this.#place.logGroup, logStreamName: this.#place.logStream };
  }
}

/** AWS tells the places of the first line that is too new and of the last ones that are too old. */
function rejectedIn(info: RejectedLogEventsInfo | undefined, lines: number): readonly Rejected[] {
  const {
    tooNewLogEventStartIndex: newFrom = lines,
    tooOldLogEventEndIndex = 0,
    expiredLogEventEndIndex = 0,
  } = info ?? {};
  const expired = Math.max(0, expiredLogEventEndIndex - tooOldLogEventEndIndex);
  const found: readonly Rejected[] = [
    { lines: lines - newFrom, why: 'too-new' },
    { lines: tooOldLogEventEndIndex, why: 'too-old' },
    { lines: expired, why: 'expired' },
  ];
  return found.filter((rejected) => rejected.lines > 0);
}

/** @returns whether it was made by us, just now */
async function ifMissing(action: string, create: () => Promise<unknown>): Promise<boolean> {
  try {
    await asked(action, create);
    return true;
  } catch (error) {
    if (error instanceof LogsFailed && error.code === 'ResourceAlreadyExistsException') return false;
    throw error;
  }
}

async function asked<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new LogsFailed(action, error);
  }
}
