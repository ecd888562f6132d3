import type { Timing } from '../patience.ts';
import { Throughput } from './throughput.ts';

export type ThroughputsSettings = {
  readonly timing: Timing;
  /** Ceilings per table, in capacity units per second. */
  readonly maxReadUnits?: number | undefined;
  readonly maxWriteUnits?: number | undefined;
  /** Requests to one table under way at the same time, at speed `normal`. */
  readonly readsInFlight: number;
  readonly writesInFlight: number;
};

/** What a new on-demand table takes in a second (Developer Guide, "Initial throughput for on-demand capacity mode"). */
const newTable = { read: 12_000, write: 4_000 } as const;

/**
 * The throughput of every table that this thread works on, kept for as long as its connection to the account. A table is
 * worked on by one thread at a time, the one that compares it or the one that writes to it, so each thread may have its own.
 * Of a limit of the account the tables of other threads hear when AWS refuses one of their requests for it, too.
 */
export class Throughputs {
  readonly #settings: ThroughputsSettings;
  readonly #byTable = { read: new Map<string, Throughput>(), write: new Map<string, Throughput>() };

  constructor(settings: ThroughputsSettings) {
    this.#settings = settings;
  }

  of(table: string, kind: 'read' | 'write'): Throughput {
    const known = this.#byTable[kind].get(table) ?? this.#make(table, kind);
    this.#byTable[kind].set(table, known);
    return known;
  }

  #make(table: string, kind: 'read' | 'write'): Throughput {
    const { timing, maxReadUnits, maxWriteUnits, readsInFlight, writesInFlight } = this.#settings;
    const ceiling = kind === 'read' ? maxReadUnits : maxWriteUnits;
    const inFlight = kind === 'read' ? readsInFlight : writesInFlight;
    return new Throughput({
      timing,
      inFlight,
      ceiling,
      unknownLimit: newTable[kind],
      onAccountLimit: () => {
        for (const [name, other] of this.#byTable[kind]) if (name !== table) other.shareLimit();
      },
    });
  }
}
