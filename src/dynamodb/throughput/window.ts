import type { Speed } from '../../restore/speed.ts';

/** So many requests are sent before the first has ended: until then nobody knows what one costs. */
const mostUnheard = 16;

/** How many requests are and may be under way: half as many after a refusal, one more after as many successes as there are. */
export class Window {
  readonly #normal: number;
  #width: number;
  #underWay = 0;
  #known = mostUnheard;
  /** Who waits for one to end. */
  readonly #waiting = new Set<() => void>();
  readonly #heard = new WeakSet<AbortSignal>();

  constructor(normal: number) {
    this.#normal = normal;
    this.#width = normal;
  }

  isFull(speed: Exclude<Speed, 'pause'>): boolean {
    return this.#underWay >= Math.floor(Math.min(this.#width, this.#most(speed), this.#known));
  }

  /** Resolves when a request has ended, perhaps earlier: look again. @throws the signal's reason */
  async nextEnd(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#listenTo(signal);
    await new Promise<void>((resolve) => this.#waiting.add(resolve));
    signal.throwIfAborted();
  }

  begin(): void {
    this.#underWay += 1;
  }

  accepted(speed: Exclude<Speed, 'pause'>): void {
    const most = this.#most(speed);
    if (this.#width < most) this.#width = Math.min(most, this.#width + 1 / this.#width);
    this.ended();
  }

  refused(): void {
    this.#width = Math.max(1, this.#width / 2);
    this.ended();
  }

  ended(): void {
    this.#known = Number.POSITIVE_INFINITY;
    this.#underWay -= 1;
    this.#wake();
  }

  /** Once for all the requests that a signal can stop: a listener for each would cost more than the rest of this class. */
  #listenTo(signal: AbortSignal): void {
    if (this.#heard.has(signal)) return;
    this.#heard.add(signal);
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #most(speed: Exclude<Speed, 'pause'>): number {
    switch (speed) {
      case 'slow':
        return Math.max(1, Math.floor(this.#normal / 4));
      case 'normal':
        return this.#normal;
      case 'fast':
        return this.#normal * 2;
    }
  }
}
