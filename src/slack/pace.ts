/** How fast a phase gets on, by what was seen of it. It changes only when the phase does: so does what is shown. */
import type { Phase } from '../restore/events.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { Progress } from './messages/phases.ts';

export type Pace = {
  readonly perSecond: number;
  /** Absent: how much there is to do is not known. */
  readonly remainingMs?: number;
};

type Sample = { readonly at: Instant; readonly done: number };

/** Older than this says little about now. */
const windowMs = 60_000;
/** A shorter look would show noise. */
const shortestMs = 2000;

export class PaceMeter {
  #phase: Phase | undefined;
  #samples: readonly Sample[] = [];
  #pace: Pace | undefined;

  /** Call it now and then; undefined: nothing can be said (yet). */
  note(phase: Phase | undefined, progress: Progress, now: Instant): Pace | undefined {
    const { done, total } = totalOf(progress);
    const last = this.#samples.at(-1);
    // Another phase, or another round of the same one, begins anew.
    if (phase !== this.#phase || (last !== undefined && done < last.done)) {
      this.#phase = phase;
      this.#samples = [{ at: now, done }];
      this.#pace = undefined;
    } else if (last === undefined || done > last.done) {
      this.#samples = [...this.#samples, { at: now, done }].filter(({ at }) => at > now - windowMs);
      this.#pace = paceOf(this.#samples, done, total) ?? this.#pace;
    }
    return this.#pace;
  }
}

/** `total`: undefined unless it is known of every table. */
export function totalOf(progress: Progress): { readonly done: number; readonly total: number | undefined } {
  let done = 0;
  let total: number | undefined = 0;
  for (const table of progress.values()) {
    done += table.done;
    total = total === undefined || table.total === undefined ? undefined : total + table.total;
  }
  return { done, total: total === undefined || total < done ? undefined : total };
}

function paceOf(samples: readonly Sample[], done: number, total: number | undefined): Pace | undefined {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < shortestMs) return undefined;
  const perSecond = ((last.done - first.done) * 1000) / (last.at - first.at);
  if (perSecond <= 0) return undefined;
  return { perSecond, ...(total === undefined ? {} : { remainingMs: ((total - done) * 1000) / perSecond }) };
}
