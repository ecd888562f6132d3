import type { Costs } from './events.ts';
import type { Consumed } from './speed.ts';
import type { StepContext } from './step.ts';
import { tableOf } from './step.ts';

export const nothingConsumed: Consumed = { readUnits: 0, writeUnits: 0 };

export function addConsumed(one: Consumed, other: Consumed): Consumed {
  return { readUnits: one.readUnits + other.readUnits, writeUnits: one.writeUnits + other.writeUnits };
}

/** What replies said they cost, by table, until it is written down. */
export class Consumption {
  readonly #untold = new Map<string, Consumed>();
  #isPartial = false;

  /** Requests were cut off: what they cost nobody knows. */
  get isPartial(): boolean {
    return this.#isPartial;
  }

  cutOff(): void {
    this.#isPartial = true;
  }

  add(table: string, consumed: Consumed): void {
    this.#untold.set(table, addConsumed(this.#untold.get(table) ?? nothingConsumed, consumed));
  }

  /** What was added since it was taken the last time. */
  take(table: string): Consumed {
    const consumed = this.#untold.get(table) ?? nothingConsumed;
    this.#untold.delete(table);
    return consumed;
  }
}

/** The same of all tables of a run, by label, where it is anything. */
export function costsSince(context: Pick<StepContext, 'consumption' | 'run'>): Costs {
  const all = context.run().tables.map(({ label }) => [label, consumedSince(context, label)] as const);
  const consumed = Object.fromEntries(all.filter(([, { readUnits, writeUnits }]) => readUnits + writeUnits > 0));
  return { consumed, ...(context.consumption.isPartial && { isPartlyCounted: true }) };
}

/** What a table and its restore table have cost since this was asked the last time: to be written down with an event. */
export function consumedSince({ consumption, run }: Pick<StepContext, 'consumption' | 'run'>, label: string): Consumed {
  const { table, restoreTable } = tableOf(run(), label);
  const live = consumption.take(table);
  return restoreTable === undefined ? live : addConsumed(live, consumption.take(restoreTable));
}
