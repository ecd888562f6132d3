import type { Throttling } from '../../../src/dynamodb/throttling.ts';
import type { Throughput } from '../../../src/dynamodb/throughput/throughput.ts';
import type { SpeedNow } from '../../../src/restore/speed.ts';
import type { VirtualTime } from './virtual-time.ts';

export type TableSettings = {
  readonly perSecond: number;
  /** For how many seconds the table saves up what was not used. */
  readonly burstSeconds?: number;
  readonly why?: Throttling;
  readonly latencyMs?: number;
};

/** A table that takes so many units a second, as AWS's do: full is full, and the last request may overdraw it. */
export class SimulatedTable {
  readonly #time: VirtualTime;
  #settings: Required<TableSettings>;
  #left: number;
  #at = 0;
  served = 0;
  refused = 0;
  units = 0;
  /** Units and refusals by second. */
  readonly unitsIn: number[] = [];
  readonly refusedIn: number[] = [];

  constructor(time: VirtualTime, settings: TableSettings) {
    this.#time = time;
    this.#settings = { burstSeconds: 1, why: 'table', latencyMs: 10, ...settings };
    this.#left = this.#settings.perSecond * this.#settings.burstSeconds;
  }

  change(settings: Partial<TableSettings>): void {
    this.#fill();
    this.#settings = { ...this.#settings, ...settings };
  }

  /** undefined: done; otherwise why not. */
  async ask(units: number): Promise<Throttling | undefined> {
    const { latencyMs, why } = this.#settings;
    await this.#time.sleep(latencyMs * (0.75 + this.#time.random() / 2));
    this.#fill();
    const second = Math.floor(this.#time.now() / 1000);
    if (this.#left <= 0) {
      this.refused += 1;
      this.refusedIn[second] = (this.refusedIn[second] ?? 0) + 1;
      return why;
    }
    this.#left -= units;
    this.served += 1;
    this.units += units;
    this.unitsIn[second] = (this.unitsIn[second] ?? 0) + units;
    return undefined;
  }

  /** Units per second from one second to another. */
  rate(from: number, to: number): number {
    return sum(this.unitsIn.slice(from, to)) / (to - from);
  }

  refusals(from: number, to: number): number {
    return sum(this.refusedIn.slice(from, to));
  }

  #fill(): void {
    const { perSecond, burstSeconds } = this.#settings;
    const seconds = (this.#time.now() - this.#at) / 1000;
    this.#left = Math.min(perSecond * burstSeconds, this.#left + seconds * perSecond);
    this.#at = this.#time.now();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + (one ?? 0), 0);
}

type Work = {
  readonly requests: number;
  readonly unitsEach: number;
  readonly speed?: SpeedNow;
  readonly signal: AbortSignal;
};

/** Sends so many requests to a table through a throughput, each again until it is served, as the adapter does. */
export async function work(
  time: VirtualTime,
  throughput: Throughput,
  table: SimulatedTable,
  { requests, unitsEach, speed = () => 'normal', signal }: Work,
  workers = 100,
): Promise<void> {
  let left = requests;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      for (let refusals = 1; ; refusals += 1) {
        const turn = await throughput.begin({ pieces: 1, speed, signal });
        const why = await table.ask(unitsEach);
        if (why === undefined) {
          turn.accepted(unitsEach);
          break;
        }
        turn.refused(why);
        await time.sleep(time.random() * Math.min(5_000, 50 * 2 ** (refusals - 1)), signal);
      }
    }
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
