import type { DrillRecord } from '../restore/drills.ts';
import { UserError } from '../restore/errors.ts';
import type { RunId, StoredEvent } from '../restore/events.ts';
import type { Clock, Deliveries, EventLog, Reporter } from '../restore/ports.ts';
import type { Run } from '../restore/run.ts';
import { apply, foldRun } from '../restore/run.ts';
import type { LogLine } from './batches.ts';
import { batchLength, maxAgeMs } from './batches.ts';
import { gaugeLines } from './gauges.ts';
import type { LogStream, Place, Rejected } from './log-stream.ts';
import { LogsFailed } from './logs-failed.ts';
import { brokenSentence, rejectedSentence, retentionSentence, troubleSentence } from './notices.ts';

export type CloudWatchParts = {
  readonly log: EventLog;
  readonly deliveries: Deliveries;
  readonly clock: Clock;
  readonly drills: () => readonly DrillRecord[];
  readonly place: Place;
  /** This process among all that tell from one file. */
  readonly process: string;
};

export type CloudWatchOptions = {
  /** Hears, in a sentence for people, what is not as it should be: each trouble once, until it is over. */
  readonly say: (sentence: string) => void;
  /** How often what waits and what is due is measured; 'at-the-end': once, by a process that ends with its run. */
  readonly gauges: 'every-five-minutes' | 'at-the-end';
};

/** The name under which the cursors are kept. */
const reporterName = 'cloudwatch';

const firstRetryMs = 1_000;
const longestRetryMs = 60_000;
const gaugesEveryMs = 5 * 60_000;
/** Longer than any request takes: whoever has not sent the next one by then is gone. */
const turnMs = 30_000;
/** The turn is for all runs at once. */
const everyRun = '';
const waitForTurnMs = 250;
/** After the time to deliver is over: until a request that is given up has let go. */
const lettingGoMs = 500;

/**
 * Sends every event of every run to CloudWatch Logs: those of this process, of others on the same file, and those that
 * an earlier one could not send. Of several processes one sends at a time. At least once: a line whose reply was lost is
 * sent again, with the same `seq`.
 */
export function cloudWatchReporter(parts: CloudWatchParts, options: CloudWatchOptions): Reporter {
  return new CloudWatchReporter(parts, options);
}

class CloudWatchReporter implements Reporter {
  readonly #parts: CloudWatchParts;
  readonly #options: CloudWatchOptions;
  readonly #draining = new AbortController();
  readonly #givenUp = new AbortController();
  #tools: Promise<Tools> | undefined;
  #news = new AbortController();
  #trouble: 'untold' | 'told' = 'untold';
  #turn: 'ours' | 'none' = 'none';
  #gaugesDueAt: number;
  #stopWatching: (() => void) | undefined;
  #done: Promise<void> | undefined;

  constructor(parts: CloudWatchParts, options: CloudWatchOptions) {
    this.#parts = parts;
    this.#options = options;
    this.#gaugesDueAt = options.gauges === 'at-the-end' ? Number.POSITIVE_INFINITY : 0;
  }

  start(): void {
    this.#stopWatching ??= this.#parts.log.watch(() => this.#news.abort());
    this.#done ??= this.#run();
  }

  async stop(ms: number): Promise<void> {
    const { clock } = this.#parts;
    this.#stopWatching?.();
    this.#draining.abort();
    const late = new AbortController();
    const atMost = (sleepMs: number) => clock.sleep(sleepMs, late.signal).catch(() => undefined);
    await Promise.race([this.#done, atMost(ms)]);
    this.#givenUp.abort();
    await Promise.race([this.#done, atMost(lettingGoMs)]);
    late.abort();
    (await this.#tools)?.stream.close();
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#givenUp.signal.aborted; ) {
      const isDraining = this.#draining.signal.aborted;
      this.#news = new AbortController();
      try {
        const isTold = await this.#tellAll(isDraining);
        failures = 0;
        this.#trouble = 'untold';
        if (isTold && isDraining) return;
        if (isTold) await this.#wait(this.#untilGauges(), this.#draining.signal, this.#news.signal);
        else await this.#wait(waitForTurnMs);
      } catch (error) {
        if (this.#givenUp.signal.aborted) return;
        this.#complain(error);
        // Told to stop while CloudWatch is away, and tried once more by now: the next process sends the rest.
        if (isDraining) return;
        failures += 1;
        await this.#wait(Math.min(longestRetryMs, firstRetryMs * 2 ** (failures - 1)), this.#draining.signal);
      }
    }
  }

  /** @returns false: another process has the turn */
  async #tellAll(isDraining: boolean): Promise<boolean> {
    const rejected: Rejected[] = [];
    try {
      // The newest first, and looked up anew each time: a run that is going on must not wait for the story of old ones.
      for (let runId = this.#behind(); runId !== undefined; runId = this.#behind()) {
        if (!this.#takeTurn()) return false;
        rejected.push(...(await this.#tellSome(runId)));
      }
      await this.#measure(isDraining);
      return true;
    } finally {
      for (const one of summed(rejected)) this.#options.say(rejectedSentence(one));
      if (this.#turn === 'ours') this.#giveTurnBack();
    }
  }

  #behind(): RunId | undefined {
    return this.#parts.deliveries.behind(reporterName).at(-1);
  }

  /** One batch of one run. */
  async #tellSome(runId: RunId): Promise<readonly Rejected[]> {
    const { log, deliveries, clock } = this.#parts;
    const { stream, lineOf } = await this.#open();
    const rows = log.ofRun(runId);
    const lines = linesAfter(deliveries.cursor(reporterName, runId), rows, lineOf);
    const toldUntil = (count: number) => {
      const seq = lines[count - 1]?.seq ?? rows.at(-1)?.seq;
      if (seq !== undefined) deliveries.advance(reporterName, runId, seq);
    };
    const oldest = clock.now() - maxAgeMs;
    const tooOld = lines.findLastIndex(({ timestamp }) => timestamp < oldest) + 1;
    const batch = tooOld > 0 ? [] : lines.slice(0, batchLength(lines));
    const rejected = batch.length === 0 ? [] : await stream.put(batch, this.#givenUp.signal);
    toldUntil(tooOld + batch.length);
    return tooOld > 0 ? [{ lines: tooOld, why: 'too-old' }] : rejected;
  }

  /** Measured values are of use at their time only: what cannot be sent is measured anew later. */
  async #measure(isDraining: boolean): Promise<void> {
    const { log, drills, clock } = this.#parts;
    const isDue = clock.now() >= this.#gaugesDueAt;
    if (!isDue && !(isDraining && this.#options.gauges === 'at-the-end')) return;
    const { stream } = await this.#open();
    const now = clock.now();
    const lines = gaugeLines(log.open(), drills(), now).map((message) => ({ seq: 0, timestamp: now, message }));
    if (lines.length > 0) await stream.put(lines, this.#givenUp.signal);
    if (isDue) this.#gaugesDueAt = now + gaugesEveryMs;
  }

  #untilGauges(): number {
    return Math.min(gaugesEveryMs, Math.max(0, this.#gaugesDueAt - this.#parts.clock.now()));
  }

  async #wait(ms: number, ...wakers: readonly AbortSignal[]): Promise<void> {
    await this.#parts.clock.sleep(ms, AbortSignal.any([this.#givenUp.signal, ...wakers])).catch(() => undefined);
  }

  #complain(error: unknown): void {
    if (this.#trouble === 'told') return;
    // Of a trouble with the file everybody hears who writes to it.
    if (error instanceof LogsFailed) this.#options.say(troubleSentence(error, this.#parts.place));
    else if (!(error instanceof UserError)) this.#options.say(brokenSentence(error));
    this.#trouble = 'told';
  }

  #takeTurn(): boolean {
    const { deliveries, clock, process } = this.#parts;
    const now = clock.now();
    const answer = deliveries.claim(reporterName, everyRun, 'turn', { process, now, until: now + turnMs });
    this.#turn = answer === 'theirs' ? 'none' : 'ours';
    return this.#turn === 'ours';
  }

  #giveTurnBack(): void {
    const { deliveries, clock, process } = this.#parts;
    const now = clock.now();
    this.#turn = 'none';
    deliveries.claim(reporterName, everyRun, 'turn', { process, now, until: now });
  }

  /** The SDK is loaded when it is needed: `status` and `history` must not wait for it. */
  #open(): Promise<Tools> {
    this.#tools ??= openTools(this.#parts.place, this.#options.say);
    return this.#tools;
  }
}

type Tools = { readonly stream: LogStream; readonly lineOf: LineOf };
type LineOf = (stored: StoredEvent, run: Run) => LogLine;

async function openTools(place: Place, say: (sentence: string) => void): Promise<Tools> {
  const [stream, line] = await Promise.all([import('./log-stream.ts'), import('./write-line.ts')]);
  return {
    stream: new stream.LogStream(place, (error) => say(retentionSentence(error, place))),
    lineOf: line.makeLineWriter(),
  };
}

function linesAfter(cursor: number, rows: readonly StoredEvent[], lineOf: LineOf): readonly LogLine[] {
  let run: Run | undefined;
  return rows.flatMap((row) => {
    run = run === undefined ? foldRun([row]) : apply(run, row);
    return run === undefined || row.seq <= cursor ? [] : [lineOf(row, run)];
  });
}

function summed(rejected: readonly Rejected[]): readonly Rejected[] {
  const reasons = [...new Set(rejected.map(({ why }) => why))];
  return reasons.map((why) => ({
    why,
    lines: rejected.filter((one) => one.why === why).reduce((sum, { lines }) => sum + lines, 0),
  }));
}
