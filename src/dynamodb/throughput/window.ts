import type { Speed } from '../../restore/speed.ts';

/** How many requests are and may be under way: half as many after a refusal, one more after as many successes as there are. */
export class Window {
  readonly #normal: number;
  #width: number;
  #underWay = 0;
  #wake: () => void = () => {};
  #ended: Promise<void>;

  constructor(normal: number) {
    this.#normal = normal;
    this.#width = normal;
    this.#ended = this.#next();
  }

  isFull(speed: Exclude<Speed, 'pause'>): boolean {
    return this.#underWay >= Math.floor(Math.min(this.#width, this.#most(speed)));
  }

  /** Resolves when a request has ended. @throws the signal's reason */
  async nextEnd(signal: AbortSignal): Promise<void> {
    let onAbort = () => {};
    const aborted = new Promise<void>((resolve) => {
      onAbort = resolve;
      signal.addEventListener('abort', onAbort, { once: true });
    });
    await Promise.race([this.#ended, aborted]);
    signal.removeEventListener('abort', onAbort);
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
    this.#underWay -= 1;
    const wake = this.#wake;
    this.#ended = this.#next();
    wake();
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

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
