/** Whose turn it is: what the bot has to carry out, one after the other, and the waiting of those whose rights are not known. */
import { once } from 'node:events';
import type { Log } from './log.ts';
import { UserError } from './restore/errors.ts';
import type { RunId } from './restore/events.ts';
import { inTurn } from './restore/in-turn.ts';
import { makesWay } from './restore/outrank.ts';
import type { Clock } from './restore/ports.ts';
import type { Restores } from './restore/restores.ts';
import type { Run } from './restore/run.ts';

export type TurnsParts = {
  readonly restores: Restores;
  readonly clock: Clock;
  readonly log: Log;
  /** Asks Slack. @throws UserError NOT_ALLOWED, NETWORK */
  readonly recheck: (run: Run) => Promise<void>;
  /** Begins or resumes it. Never rejects. */
  readonly carryOut: (runId: RunId) => Promise<void>;
  /** Ends what must not be started, and says why. Never throws. */
  readonly abandon: (runId: RunId, why: unknown) => void;
  /** Ends the waiting; what is under way goes on. */
  readonly stopping: AbortSignal;
};

/** So often Slack is asked about people's rights, within about a minute, before that is left for the next look. */
const attempts = 5;

export class Turns {
  readonly #parts: TurnsParts;
  readonly #stopped = new AbortController();
  readonly #underWay = new Map<RunId, Promise<void>>();
  readonly #looks = new Set<Promise<void>>();
  #current = new AbortController();

  constructor(parts: TurnsParts) {
    this.#parts = parts;
  }

  /** How many runs are being carried out here. */
  get underWay(): number {
    return this.#underWay.size;
  }

  /** Somebody is asked, or waited for. Else it is time to look again: also while a drill is under way, which makes way. */
  get isLooking(): boolean {
    return this.#looks.size > 0;
  }

  /**
   * Looks at once for what was interrupted, by a restart of ours or because its process is gone, and for what was approved
   * and never begun; each waits for what goes before it and does not make way. A newer look takes the place of an older
   * one: it sees everything that the older one saw.
   */
  look(): void {
    this.#current.abort();
    this.#current = new AbortController();
    const signal = AbortSignal.any([this.#parts.stopping, this.#stopped.signal, this.#current.signal]);
    const done: Promise<void> = this.#goOn(signal).finally(() => this.#looks.delete(done));
    this.#looks.add(done);
  }

  /** It was approved just now. Refused where it would have to follow another one; else started when it is its turn. */
  approved(runId: RunId): void {
    try {
      this.#parts.restores.refuseIfBehind(runId);
    } finally {
      this.look();
    }
  }

  /** Nobody is waited for any more. Resolves when what is under way has ended. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#looks);
    await Promise.all(this.#underWay.values());
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    const { restores, clock, log } = this.#parts;
    try {
      restores.expireOverdue();
      let waiting = inTurn(restores.interrupted(), restores.open());
      for (let attempt = 1; waiting.length > 0 && !signal.aborted; attempt += 1) {
        waiting = await this.#startThoseWhoMay(waiting, signal);
        if (attempt === attempts || waiting.length === 0) break;
        await clock.sleep(2000 * 2 ** attempt, signal);
        restores.expireOverdue();
      }
      if (signal.aborted) return;
      for (const { id } of waiting)
        log.warn({ runId: id }, 'An approved restore waits until Slack can say who has which rights');
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, 'The runs that wait could not be looked for');
    }
  }

  /** Those that are left for later: Slack cannot say who has which rights, and meanwhile nobody waits for what is under way. */
  async #startThoseWhoMay(waiting: readonly Run[], signal: AbortSignal): Promise<readonly Run[]> {
    const later: Run[] = [];
    for (const run of waiting) {
      if (this.#underWay.has(run.id)) continue;
      const before = this.#before(run);
      if (before.length > 0 && later.length > 0) {
        later.push(run);
        continue;
      }
      await unlessAborted(Promise.all(before), signal);
      if (signal.aborted) break;
      // It may have been ended meanwhile: by what went before it, or by people.
      const state = this.#parts.restores.run(run.id)?.state;
      const rights = state === 'APPROVED' ? await this.#rightsFor(run, signal) : 'known';
      if (rights === 'unknown') later.push(run);
      else if (rights === 'known') this.#begin(run.id, signal);
    }
    return later;
  }

  /** What is under way and does not make way for it. */
  #before(run: Run): readonly Promise<void>[] {
    return [...this.#underWay].flatMap(([id, ended]) =>
      id === run.id || makesWay(this.#parts.restores.run(id), run) ? [] : [ended],
    );
  }

  /** Nobody's rights are taken for granted, and who has lost them ends it. What was begun is never asked about again. */
  async #rightsFor(run: Run, signal: AbortSignal): Promise<'known' | 'unknown' | 'refused'> {
    const { recheck, abandon } = this.#parts;
    try {
      // Once it is aborted nothing is begun, whatever is known.
      await unlessAborted(recheck(run), signal);
      return 'known';
    } catch (error) {
      if (error instanceof UserError && error.code === 'NETWORK') return 'unknown';
      if (!signal.aborted) abandon(run.id, error);
      return 'refused';
    }
  }

  /** Slack took its time to answer: what has ended meanwhile, or is looked at anew, is not begun. */
  #begin(runId: RunId, signal: AbortSignal): void {
    const { restores, carryOut } = this.#parts;
    if (signal.aborted || this.#underWay.has(runId)) return;
    restores.expireOverdue();
    const state = restores.run(runId)?.state;
    if (state !== 'APPROVED' && state !== 'IN_PROGRESS') return;
    const ended = carryOut(runId).finally(() => this.#underWay.delete(runId));
    this.#underWay.set(runId, ended);
  }
}

/** Waits for it, and no longer than until the signal is aborted. */
async function unlessAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const aborted = signal.aborted ? undefined : once(signal, 'abort', { signal: over.signal });
  try {
    await Promise.race([work, aborted]);
  } finally {
    // It listens no longer than it waits.
    over.abort();
  }
}
