import type { Speed, SpeedNow } from '../../restore/speed.ts';
import type { Timing } from '../patience.ts';
import type { Throttling } from '../throttling.ts';
import { AdaptiveRate } from './adaptive-rate.ts';
import type { UnitRate } from './unit-bucket.ts';
import { UnitBucket } from './unit-bucket.ts';
import { Window } from './window.ts';

export type ThroughputSettings = {
  /** Requests under way at the same time at speed `normal`; `fast` has twice as many, `slow` a quarter. */
  readonly inFlight: number;
  /** Units per second that are never exceeded, averaged over a few seconds. */
  readonly ceiling?: number | undefined;
  /** Units per second that a new table takes: `slow` takes a quarter of them while no limit is known. */
  readonly unknownLimit: number;
  readonly timing: Timing;
  /** Told that the account's limit was met, which other tables share. */
  readonly onAccountLimit?: () => void;
};

/** What a request is, and who waits for it. */
export type Asked = {
  /** Things in it (items, keys, pages): what one of them costs is learned from the replies. */
  readonly pieces: number;
  readonly speed: SpeedNow;
  readonly signal: AbortSignal;
  /** Told when a pause was waited out. */
  readonly onPaused?: () => void;
};

/** One request that may be sent now. Exactly one of its methods has to be called when it has ended. */
export type Turn = {
  /** `units`: as AWS counted them; undefined: it did not say. `leftOver`: why it did not take all of it. */
  accepted(units: number | undefined, leftOver?: Throttling): void;
  /** AWS was busy; undefined: it was out of reach. */
  refused(throttling: Throttling | undefined): void;
  /** It ended in a way that tells nothing about the table. */
  ended(): void;
};

/** How often a pause is looked at: a change of speed is felt within this time. */
const pauseLookMs = 250;
/** After a refusal nobody sends anything for a moment: the units of that moment are what the next ones need. */
const breatherMs = 50;
/** 95 % of the ceiling, and a quarter of a second saved up: over any five seconds that is the ceiling. */
const underCeiling = 0.95;
const savedSeconds = 0.25;

/**
 * The requests of one kind (reads, or writes) to one table: lets them through one after the other, as fast as the table,
 * the ceiling and the chosen speed allow.
 */
export class Throughput {
  readonly #settings: ThroughputSettings;
  readonly #rate: AdaptiveRate;
  readonly #window: Window;
  readonly #rateBucket: UnitBucket;
  readonly #ceilingBucket: UnitBucket;
  #line: Promise<void> = Promise.resolve();
  #breatherUntil = Number.NEGATIVE_INFINITY;
  #unitsPerPiece = 1;
  #acceptedAt = Number.NEGATIVE_INFINITY;

  constructor(settings: ThroughputSettings) {
    this.#settings = settings;
    this.#rate = new AdaptiveRate(settings.unknownLimit);
    this.#window = new Window(settings.inFlight);
    const now = settings.timing.now();
    this.#rateBucket = new UnitBucket(now);
    this.#ceilingBucket = new UnitBucket(now);
  }

  /** When the table last took, or gave, all that it was asked for. */
  get acceptedAt(): number {
    return this.#acceptedAt;
  }

  /** Waits until the request may be sent. @throws the signal's reason */
  async begin(asked: Asked): Promise<Turn> {
    const before = this.#line;
    let leave = () => {};
    this.#line = new Promise((resolve) => {
      leave = resolve;
    });
    try {
      await before;
      const speed = await this.#mayBegin(asked);
      return this.#turn(asked.pieces, speed);
    } finally {
      leave();
    }
  }

  /** Another table has met a limit that all of the account's tables share. */
  shareLimit(): void {
    const now = this.#settings.timing.now();
    if (!this.#rate.shareLimit(now)) return;
    this.#breatherUntil = now + breatherMs;
    this.#rateBucket.empty();
  }

  async #mayBegin(asked: Asked): Promise<Exclude<Speed, 'pause'>> {
    const { timing } = this.#settings;
    for (;;) {
      asked.signal.throwIfAborted();
      const speed = asked.speed();
      if (speed === 'pause') {
        await this.#rest(pauseLookMs, asked.signal);
        asked.onPaused?.();
        continue;
      }
      if (this.#window.isFull(speed)) {
        await this.#window.nextEnd(asked.signal);
        continue;
      }
      const waitMs = this.#waitFor(asked.pieces * this.#unitsPerPiece, speed, timing.now());
      if (waitMs <= 0) return speed;
      // In short naps: the speed may be changed meanwhile.
      await this.#rest(Math.min(waitMs, pauseLookMs), asked.signal);
    }
  }

  #waitFor(units: number, speed: Exclude<Speed, 'pause'>, now: number): number {
    const perSecond = this.#rate.perSecond(speed, now);
    const waits = [this.#breatherUntil - now];
    if (perSecond !== undefined) waits.push(this.#rateBucket.waitFor(units, { perSecond, savedSeconds }, now));
    const ceiling = this.#ceilingAt(speed);
    if (ceiling !== undefined) waits.push(this.#ceilingBucket.waitFor(units, ceiling, now));
    return Math.max(...waits);
  }

  #ceilingAt(speed: Speed): UnitRate | undefined {
    const { ceiling } = this.#settings;
    if (ceiling === undefined) return undefined;
    return { perSecond: ceiling * underCeiling * (speed === 'slow' ? 0.25 : 1), savedSeconds };
  }

  #turn(pieces: number, speed: Exclude<Speed, 'pause'>): Turn {
    const { timing } = this.#settings;
    const sentAt = timing.now();
    const expected = pieces * this.#unitsPerPiece;
    this.#spend(expected);
    this.#window.begin();
    return {
      accepted: (units = expected, leftOver) => {
        this.#spend(units - expected);
        const now = timing.now();
        if (leftOver === undefined) {
          this.#learnCost(units / pieces);
          this.#acceptedAt = now;
        }
        this.#rate.accepted(units, now);
        if (leftOver === undefined) this.#window.accepted(speed);
        else this.#lower(leftOver, sentAt);
      },
      refused: (throttling) => {
        if (throttling === undefined) {
          this.#window.refused();
          return;
        }
        // It has cost nothing; but it counts as one that was sent, or those who are refused would come back at once.
        this.#ceilingBucket.spend(-expected);
        this.#lower(throttling, sentAt);
      },
      ended: () => this.#window.ended(),
    };
  }

  /** The table refused what was sent at `sentAt`, or part of it. */
  #lower(throttling: Throttling, sentAt: number): void {
    const { timing, onAccountLimit } = this.#settings;
    const now = timing.now();
    switch (this.#rate.refused(throttling, sentAt, now)) {
      case 'one-range':
        // The others may go on. Whoever was refused waits by itself.
        this.#window.ended();
        return;
      case 'known':
        this.#breatherUntil = now + breatherMs;
        this.#window.ended();
        return;
      case 'lowered':
        this.#breatherUntil = now + breatherMs;
        this.#rateBucket.empty();
        this.#window.refused();
        if (throttling === 'account') onAccountLimit?.();
    }
  }

  /** Learned at once upwards, slowly downwards: the dear requests are those that break a ceiling. */
  #learnCost(unitsPerPiece: number): void {
    const known = this.#unitsPerPiece;
    this.#unitsPerPiece = unitsPerPiece > known ? unitsPerPiece : known * 0.9 + unitsPerPiece * 0.1;
  }

  #spend(units: number): void {
    this.#rateBucket.spend(units);
    this.#ceilingBucket.spend(units);
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await this.#settings.timing.sleep(ms, signal);
    } finally {
      signal.throwIfAborted();
    }
  }
}
