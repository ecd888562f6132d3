/**
 * Tells the story of one run: one parent message that is edited in place, and replies in the order of the events.
 * After an outage or a restart it goes on where it stopped: no line twice, no line missing.
 */
import { WebAPIPlatformError } from '@slack/web-api';
import type { Environment } from '../restore/environment.ts';
import type { RunId, StoredEvent } from '../restore/events.ts';
import type { Clock, Deliveries, EventLog, PostedMessage, ProgressBoard } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import { apply, foldRun, hasEnded, type Run } from '../restore/run.ts';
import type { Bell } from './bell.ts';
import { times } from './limits.ts';
import type { Logger } from './logging.ts';
import type { Message } from './messages/blocks.ts';
import { parentMessage } from './messages/parent.ts';
import { planQuestion, replyTo } from './messages/thread.ts';
import { isRefusal, type Place, type Poster } from './poster.ts';

export const reporterName = 'slack';

export type TellerParts = {
  readonly poster: Poster;
  readonly log: EventLog;
  readonly deliveries: Deliveries;
  readonly progress: ProgressBoard;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly environmentOf: (name: string) => Environment | undefined;
  /** Called once per run when its channel cannot be posted to. */
  readonly onUnreachable: (run: Run, error: WebAPIPlatformError) => void;
};

export type TellerControl = {
  readonly bell: Bell;
  /** Everything older may have been posted by the process before this one. */
  readonly processStartedAt: Instant;
  /** Gives up at once. */
  readonly signal: AbortSignal;
  /** Tell what there is, do not wait for more. */
  readonly isDraining: () => boolean;
};

/** How long a story is kept ready for a channel that cannot be reached any more. */
const giveUpAfter = 24 * 3_600_000;
/** Nothing changes by itself in a run that waits for people; news ring the bell. */
const idle = 3_600_000;

type Story = { readonly rows: readonly StoredEvent[]; readonly run: Run; readonly channelId: string };

/** Resolves when the run has ended and everything is told, or when there is nothing more to tell while draining. */
export async function tell(runId: RunId, parts: TellerParts, control: TellerControl): Promise<void> {
  const teller = new Teller(runId, parts, control);
  let failures = 0;
  while (!control.signal.aborted) {
    try {
      if (await teller.catchUp()) return;
      failures = 0;
      await teller.waitForNews();
    } catch (error) {
      if (control.signal.aborted) return;
      if (teller.mayGiveUp(error)) return;
      failures += 1;
      await teller.waitAfter(error, failures);
    }
  }
}

class Teller {
  readonly #runId: RunId;
  readonly #parts: TellerParts;
  readonly #control: TellerControl;
  /** The message to be posted next may have been posted already: look for it first. */
  #unsure: boolean;
  #shown: string | undefined;
  #editedAt: Instant | undefined;
  #parent: 'editable' | 'gone' = 'editable';
  #hasComplained = false;

  constructor(runId: RunId, parts: TellerParts, control: TellerControl) {
    this.#runId = runId;
    this.#parts = parts;
    this.#control = control;
    const next = this.#undelivered(parts.log.ofRun(runId))[0];
    this.#unsure = next !== undefined && next.at < control.processStartedAt;
  }

  /** Tells what is new. true: the story is over, or there is nothing more to tell while draining. */
  async catchUp(): Promise<boolean> {
    const story = this.#story();
    if (story === undefined) return true;
    const parent = await this.#postParent(story);
    await this.#tellRows(story, parent);
    if (hasEnded(story.run)) return this.#undelivered(this.#parts.log.ofRun(this.#runId)).length === 0;
    await this.#showParent(story, parent, this.#control.isDraining());
    return this.#control.isDraining() && this.#undelivered(this.#parts.log.ofRun(this.#runId)).length === 0;
  }

  async waitForNews(): Promise<void> {
    await this.#control.bell.wait(this.#untilSomethingMoves(), this.#control.signal);
  }

  async waitAfter(error: unknown, failures: number): Promise<void> {
    const { clock, logger, onUnreachable } = this.#parts;
    const ms = Math.min(times.retryCap, times.retryFirst * 2 ** (failures - 1));
    logger.warn({ runId: this.#runId, err: error, retryInMs: ms }, 'Slack did not take a message; the restore goes on');
    const run = this.#story()?.run;
    if (
      run !== undefined &&
      error instanceof WebAPIPlatformError &&
      !this.#hasComplained &&
      isRefusal(error, unreachable)
    ) {
      this.#hasComplained = true;
      onUnreachable(run, error);
    }
    await clock.sleep(ms, this.#control.signal).catch(() => undefined);
  }

  /** A run that ended long ago in a channel that is gone: nobody will ever read it. */
  mayGiveUp(error: unknown): boolean {
    const { clock, deliveries, logger } = this.#parts;
    const run = this.#story()?.run;
    if (run?.endedAt === undefined || !isRefusal(error, unreachable)) return false;
    if (clock.now() - run.endedAt < giveUpAfter) return false;
    logger.warn({ runId: run.id, err: error }, 'The channel of an old restore is gone; its story is not told any more');
    deliveries.advance(reporterName, run.id, run.lastSeq);
    return true;
  }

  #story(): Story | undefined {
    const rows = this.#parts.log.ofRun(this.#runId);
    const run = foldRun(rows);
    if (run === undefined || run.origin.kind !== 'slack') return undefined;
    return { rows, run, channelId: run.origin.channelId };
  }

  #undelivered(rows: readonly StoredEvent[]): readonly StoredEvent[] {
    const cursor = this.#parts.deliveries.cursor(reporterName, this.#runId);
    return rows.filter((row) => row.seq > cursor);
  }

  async #postParent(story: Story): Promise<PostedMessage> {
    const known = this.#parts.deliveries.posted(reporterName, this.#runId, 'parent');
    if (known !== undefined) return known;
    const message = this.#parentMessage(story.run);
    const posted = await this.#postOnce(story, 'parent', message);
    this.#shown = JSON.stringify(message);
    this.#editedAt = this.#parts.clock.now();
    return posted;
  }

  async #tellRows(story: Story, parent: PostedMessage): Promise<void> {
    const { deliveries } = this.#parts;
    const cursor = deliveries.cursor(reporterName, this.#runId);
    let run = foldRun(story.rows.filter((row) => row.seq <= cursor));
    for (const row of this.#undelivered(story.rows)) {
      run = run === undefined ? foldRun([row]) : apply(run, row);
      if (run === undefined) continue;
      if (closesQuestion.has(row.event.type)) await this.#closeQuestion(story);
      // A long backlog must not leave the buttons of a decided card alive until it is told. And before the last word in
      // the thread the parent says the same: a crash in between cannot leave live buttons either.
      await this.#showParent(story, parent, hasEnded(run));
      await this.#tellRow(row, run, story, parent);
      deliveries.advance(reporterName, this.#runId, row.seq);
    }
  }

  async #tellRow(row: StoredEvent, run: Run, story: Story, parent: PostedMessage): Promise<void> {
    // Told late, the question must not offer what was decided since.
    const asOf = row.event.type === 'plan-shown' ? story.run : run;
    const reply = replyTo(row, asOf, this.#environment(run));
    if (reply === undefined) return;
    const key = row.event.type === 'plan-shown' ? 'plan' : String(row.seq);
    const thread = { threadTs: parent.messageId, broadcast: reply.broadcast };
    await this.#postOnce(story, key, { text: reply.text, blocks: reply.blocks }, thread);
  }

  /** Takes the buttons from the plan question once it is answered or moot. */
  async #closeQuestion({ rows, run }: Story): Promise<void> {
    const posted = this.#parts.deliveries.posted(reporterName, this.#runId, 'plan');
    const asked = rows.find((row) => row.event.type === 'plan-shown');
    if (posted === undefined || asked === undefined) return;
    await this.#update(posted, planQuestion(run, this.#environment(run), asked.at));
  }

  /** At most one edit in three seconds, unless `mustShow`; what shows already is not sent again. */
  async #showParent({ run }: Story, parent: PostedMessage, mustShow: boolean): Promise<void> {
    const message = this.#parentMessage(run);
    const content = JSON.stringify(message);
    if (content === this.#shown || this.#parent === 'gone') return;
    const wait = this.#untilNextEdit();
    if (wait > 0 && !mustShow) return;
    if (wait > 0 && !this.#control.isDraining()) await this.#parts.clock.sleep(wait, this.#control.signal);
    if (!(await this.#update(parent, message))) this.#parent = 'gone';
    this.#shown = content;
    this.#editedAt = this.#parts.clock.now();
  }

  /** false: the message cannot be edited any more, which nothing can change. */
  async #update(posted: PostedMessage, message: Message): Promise<boolean> {
    try {
      await this.#parts.poster.update(posted, message, this.#control.signal);
      return true;
    } catch (error) {
      if (!isRefusal(error, uneditable)) throw error;
      this.#parts.logger.warn({ runId: this.#runId, err: error }, 'A message cannot be edited any more');
      return false;
    }
  }

  /** Posts under a key at most once, also when an answer of Slack was lost or the process died in between. */
  async #postOnce(
    { run, channelId }: Story,
    key: string,
    message: Message,
    thread: Pick<Place, 'threadTs' | 'broadcast'> = {},
  ): Promise<PostedMessage> {
    const { poster, deliveries } = this.#parts;
    const place: Place = { channelId, key: `${this.#runId}:${key}`, ...thread };
    const posted = (await this.#adopted(place, run)) ?? (await this.#post(poster, place, message));
    this.#unsure = false;
    deliveries.remember(reporterName, this.#runId, key, posted);
    return posted;
  }

  async #post(poster: Poster, place: Place, message: Message): Promise<PostedMessage> {
    this.#unsure = true;
    try {
      return await poster.post(place, message, this.#control.signal);
    } catch (error) {
      // A clear no: it was not posted.
      if (error instanceof WebAPIPlatformError) this.#unsure = false;
      throw error;
    }
  }

  async #adopted(place: Place, run: Run): Promise<PostedMessage | undefined> {
    if (!this.#unsure) return undefined;
    try {
      return await this.#parts.poster.find(place, run.requestedAt - clockSkew, this.#control.signal);
    } catch (error) {
      if (!isRefusal(error, ['missing_scope'])) throw error;
      this.#parts.logger.warn(
        { runId: this.#runId, err: error },
        'Cannot look for a message of ours; it may appear twice',
      );
      return undefined;
    }
  }

  #parentMessage(run: Run): Message {
    return parentMessage(run, this.#environment(run), this.#parts.progress.get(this.#runId));
  }

  #environment(run: Run): Environment | undefined {
    return this.#parts.environmentOf(run.request.environment);
  }

  #isStale(run: Run): boolean {
    return this.#parent === 'editable' && JSON.stringify(this.#parentMessage(run)) !== this.#shown;
  }

  #untilSomethingMoves(): number {
    const run = this.#story()?.run;
    if (run === undefined) return idle;
    if (this.#isStale(run)) return this.#untilNextEdit();
    // Progress is not in the event log, so it rings no bell.
    return run.state === 'IN_PROGRESS' ? times.betweenEdits : idle;
  }

  #untilNextEdit(): number {
    if (this.#editedAt === undefined) return 0;
    return Math.max(0, this.#editedAt + times.betweenEdits - this.#parts.clock.now());
  }
}

/** Between Slack's clock and ours. */
const clockSkew = 300_000;

const closesQuestion: ReadonlySet<StoredEvent['event']['type']> = new Set([
  'plan-confirmed',
  'plan-refused',
  'cancel-requested',
  'completed',
  'failed',
  'cancelled',
]);

/** Answers of chat.postMessage that only people can change: invite the bot, or un-archive the channel. */
const unreachable = ['not_in_channel', 'channel_not_found', 'is_archived', 'restricted_action', 'no_permission'];

const uneditable = [
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'channel_not_found',
  'is_archived',
];
