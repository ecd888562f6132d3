/**
 * Tells the story of one run: one parent message that is edited in place, and replies in the order of the events.
 * After an outage or a restart it goes on where it stopped: no line twice, no line missing.
 */
import { WebAPIPlatformError } from '@slack/web-api';
import { describeProgress } from '../restore/describe-progress.ts';
import type { RunId, StoredEvent } from '../restore/events.ts';
import { approvalsLeft } from '../restore/in-the-way.ts';
import type { PostedMessage, ProgressBoard } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import { apply, foldRun, hasEnded, type Run } from '../restore/run.ts';
import { AbsentApprovers, type AbsentApproversParts } from './absent-approvers.ts';
import type { Bell } from './bell.ts';
import { isLastWord, LastWord } from './last-word.ts';
import { times } from './limits.ts';
import { reminderMessage } from './messages/approvers.ts';
import type { Message } from './messages/blocks.ts';
import { parentMessage } from './messages/parent.ts';
import type { Progress } from './messages/phases.ts';
import { planQuestion, replyTo } from './messages/thread.ts';
import { isRefusal, unreachable } from './poster.ts';
import { Postings, type PostingsParts, reporterName } from './postings.ts';
import { dueReminder, nextReminderAt, wasNoticed } from './reminders.ts';
import { type Story, type StoryParts, storyOf, surroundingsOf, targetOf, undoableUntil, waitsFrom } from './story.ts';

export type TellerParts = PostingsParts &
  StoryParts &
  AbsentApproversParts & {
    readonly progress: ProgressBoard;
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
/** Among so many runs the last ones of the same tables are looked for. */
const runsLookedAt = 50;
/** Nothing changes by itself in a run that waits for people; news ring the bell. */
const idle = 3_600_000;

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
  readonly #postings: Postings;
  readonly #lastWord: LastWord;
  readonly #absentApprovers: AbsentApprovers;
  #earlier: readonly Run[] | undefined;
  #shown: string | undefined;
  #editedAt: Instant | undefined;
  #parent: 'editable' | 'gone' = 'editable';
  #hasComplained = false;
  /** What keeps approvers from approving, or did so until now. */
  #obstacle: Run | undefined;

  constructor(runId: RunId, parts: TellerParts, control: TellerControl) {
    this.#runId = runId;
    this.#parts = parts;
    this.#control = control;
    // Begun before this process: what is to be posted next may have been posted by the one before it.
    const [first] = parts.log.ofRun(runId);
    const isUnsure = first !== undefined && first.at < control.processStartedAt;
    this.#postings = new Postings(parts, runId, control.signal, isUnsure);
    this.#lastWord = new LastWord(this.#postings);
    this.#absentApprovers = new AbsentApprovers(parts, this.#postings, control.signal);
  }

  /** Tells what is new. true: the story is over, or there is nothing more to tell while draining. */
  async catchUp(): Promise<boolean> {
    const story = storyOf(this.#runId, this.#parts.log);
    if (story === undefined) return true;
    // Neither waits for the other: a channel that cannot be reached must not keep a message to a person wrong.
    const current = this.#absentApprovers.keepCurrent(story, surroundingsOf(story, this.#parts));
    try {
      return (await this.#tellStory(story)) && ((await current) || this.#control.isDraining());
    } finally {
      await current;
    }
  }

  async #tellStory(story: Story): Promise<boolean> {
    const parent = await this.#postParent(story);
    await this.#tellRows(story, parent);
    if (hasEnded(story.run)) {
      const isTold = this.#undelivered(this.#parts.log.ofRun(this.#runId)).length === 0;
      return (
        isTold &&
        ((await this.#lastWord.isFinal(story, surroundingsOf(story, this.#parts))) || this.#control.isDraining())
      );
    }
    await this.#showParent(story, parent, this.#control.isDraining());
    if (story.run.state === 'AWAITING_APPROVAL' && !this.#control.isDraining()) await this.#askApprovers(story, parent);
    return this.#control.isDraining() && this.#undelivered(this.#parts.log.ofRun(this.#runId)).length === 0;
  }

  async waitForNews(): Promise<void> {
    await this.#control.bell.wait(this.#untilSomethingMoves(), this.#control.signal);
  }

  async waitAfter(error: unknown, failures: number): Promise<void> {
    const { clock, logger, onUnreachable } = this.#parts;
    const ms = Math.min(times.retryCap, times.retryFirst * 2 ** (failures - 1));
    logger.warn({ runId: this.#runId, err: error, retryInMs: ms }, 'Slack did not take a message; the restore goes on');
    const run = storyOf(this.#runId, this.#parts.log)?.run;
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
    const run = storyOf(this.#runId, this.#parts.log)?.run;
    if (run?.endedAt === undefined || !isRefusal(error, unreachable)) return false;
    if (clock.now() - run.endedAt < giveUpAfter) return false;
    logger.warn({ runId: run.id, err: error }, 'The channel of an old restore is gone; its story is not told any more');
    deliveries.advance(reporterName, run.id, run.lastSeq);
    return true;
  }

  #undelivered(rows: readonly StoredEvent[]): readonly StoredEvent[] {
    const cursor = this.#parts.deliveries.cursor(reporterName, this.#runId);
    return rows.filter((row) => row.seq > cursor);
  }

  async #postParent(story: Story): Promise<PostedMessage> {
    const known = this.#postings.posted('parent');
    if (known !== undefined) return known;
    const message = this.#parentMessage(story);
    const { posted, isAdopted } = await this.#postings.postOnce(targetOf(story), 'parent', message);
    // Of an adopted message nothing is known but that it is ours: the next turn edits it.
    if (!isAdopted) this.#shown = JSON.stringify(message);
    this.#editedAt = this.#parts.clock.now();
    return posted;
  }

  /**
   * Tells those who would not see the card, once, and reminds everybody who can decide, now and then. Nobody is asked for
   * what they cannot do; when they can again, they are told.
   */
  async #askApprovers(story: Story, parent: PostedMessage): Promise<void> {
    const surroundings = surroundingsOf(story, this.#parts);
    const now = this.#parts.clock.now();
    const { inTheWay } = surroundings;
    if (inTheWay !== undefined && approvalsLeft(story.run) === 1) {
      this.#obstacle = inTheWay.run;
      return;
    }
    await this.#absentApprovers.tell(story, surroundings);
    const over = this.#obstacle && wasNoticed(this.#obstacle, story.run, now) ? this.#obstacle.id : undefined;
    const due = dueReminder(story.run, now);
    const reminder = due === undefined || this.#postings.posted(due.key) !== undefined ? undefined : due.key;
    const key = over === undefined ? reminder : `free-${over}`;
    if (key !== undefined) {
      const target = { ...targetOf(story), threadTs: parent.messageId };
      const { posted } = await this.#postings.postOnce(
        target,
        key,
        reminderMessage(story.run, surroundings, now, over),
      );
      // Once is enough for both.
      if (reminder !== undefined) this.#postings.remember(reminder, posted);
    }
    this.#obstacle = undefined;
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
    const before = story.rows.findLast(({ seq }) => seq < row.seq)?.at;
    const surroundings = { ...surroundingsOf(story, this.#parts), ...(before === undefined ? {} : { before }) };
    const reply = replyTo(row, asOf, surroundings);
    if (reply === undefined) return;
    const key = row.event.type === 'plan-shown' ? 'plan' : String(row.seq);
    const target = { ...targetOf(story), threadTs: parent.messageId, broadcast: reply.broadcast };
    const message: Message = { text: reply.text, blocks: reply.blocks };
    const posting = await this.#postings.postOnce(target, key, message);
    if (isLastWord.has(row.event.type)) this.#lastWord.wasPosted(posting, message, surroundings);
  }

  /** Takes the buttons from the plan question once it is answered or moot. */
  async #closeQuestion(story: Story): Promise<void> {
    const posted = this.#postings.posted('plan');
    const asked = story.rows.find((row) => row.event.type === 'plan-shown');
    if (posted === undefined || asked === undefined) return;
    await this.#postings.update(posted, planQuestion(story.run, surroundingsOf(story, this.#parts), asked.at));
  }

  /** At most one edit in three seconds, unless `mustShow`; what shows already is not sent again. */
  async #showParent(story: Story, parent: PostedMessage, mustShow: boolean): Promise<void> {
    const message = this.#parentMessage(story);
    const content = JSON.stringify(message);
    if (content === this.#shown || this.#parent === 'gone') return;
    const wait = this.#untilNextEdit();
    if (wait > 0 && !mustShow) return;
    if (wait > 0 && !this.#control.isDraining()) await this.#parts.clock.sleep(wait, this.#control.signal);
    if (!(await this.#postings.update(parent, message))) this.#parent = 'gone';
    this.#shown = content;
    this.#editedAt = this.#parts.clock.now();
  }

  #parentMessage(story: Story): Message {
    return parentMessage(story.run, surroundingsOf(story, this.#parts), this.#progressOf(story.run));
  }

  #progressOf(run: Run): Progress {
    const { progress, log, clock } = this.#parts;
    // Only how long AWS takes is known from earlier runs, and they do not change while this one goes on.
    if (run.phase === 'AWAIT_ACTIVE') this.#earlier ??= log.recent(runsLookedAt);
    return describeProgress(run, progress.get(run.id), this.#earlier ?? [], clock.now());
  }

  #isStale(story: Story): boolean {
    return this.#parent === 'editable' && JSON.stringify(this.#parentMessage(story)) !== this.#shown;
  }

  #untilSomethingMoves(): number {
    const { retryAt = Number.POSITIVE_INFINITY } = this.#absentApprovers;
    return Math.min(this.#untilTheStoryMoves(), Math.max(0, retryAt - this.#parts.clock.now()));
  }

  #untilTheStoryMoves(): number {
    const story = storyOf(this.#runId, this.#parts.log);
    if (story === undefined) return idle;
    const { run } = story;
    const now = this.#parts.clock.now();
    const until = (at: Instant | undefined) => Math.min(idle, (at ?? Number.POSITIVE_INFINITY) - now);
    if (hasEnded(run)) return until(undoableUntil(this.#runId, this.#parts));
    if (this.#isStale(story)) return this.#untilNextEdit();
    // Progress is not in the event log, so it rings no bell.
    if (run.state === 'IN_PROGRESS') return times.betweenEdits;
    const next = run.state === 'APPROVED' && waitsFrom(run) > now ? waitsFrom(run) : nextReminderAt(run, now);
    return Math.min(times.looksAgain, until(next));
  }

  #untilNextEdit(): number {
    if (this.#editedAt === undefined) return 0;
    return Math.max(0, this.#editedAt + times.betweenEdits - this.#parts.clock.now());
  }
}

const closesQuestion: ReadonlySet<StoredEvent['event']['type']> = new Set([
  'plan-confirmed',
  'plan-refused',
  'cancel-requested',
  'rollback-started',
  ...isLastWord,
]);
