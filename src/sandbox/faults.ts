import { z } from 'zod';

const throttlingReasons = [
  'TableReadProvisionedThroughputExceeded',
  'TableWriteProvisionedThroughputExceeded',
  'TableReadAccountLimitExceeded',
  'TableWriteAccountLimitExceeded',
  'TableReadKeyRangeThroughputExceeded',
  'TableWriteKeyRangeThroughputExceeded',
  'TableReadMaxOnDemandThroughputExceeded',
  'TableWriteMaxOnDemandThroughputExceeded',
  'IndexWriteProvisionedThroughputExceeded',
  'IndexWriteKeyRangeThroughputExceeded',
] as const;

/** Which calls a fault strikes. */
const where = {
  /** The name in `X-Amz-Target`, such as `BatchWriteItem` or `PutLogEvents`; `*` for every operation. */
  operation: z.string().min(1),
  /** Only calls about this table: a restore is about its source and its target, a batch about all its tables. */
  table: z.string().optional(),
  /** The first of the matching calls that is struck; 1 is the next one. */
  nth: z.int().positive().default(1),
  /** How many calls are struck in all. */
  count: z.union([z.int().positive(), z.literal('all')]).default(1),
  /** How likely each of them is struck, from 0 to 1. */
  probability: z.number().min(0).max(1).default(1),
  /** Makes the throws of the dice repeatable. */
  seed: z.int().default(1),
};

/** A fault: which calls it strikes, and how. Every member but `operation` and `kind` has a default. */
export const faultSchema = z.discriminatedUnion('kind', [
  /** Refused for its pace, with AWS's ThrottlingReasons. */
  z.strictObject({
    ...where,
    kind: z.literal('throttle'),
    error: z
      .enum(['ProvisionedThroughputExceededException', 'ThrottlingException', 'RequestLimitExceeded'])
      .default('ProvisionedThroughputExceededException'),
    reason: z.enum(throttlingReasons).default('TableWriteKeyRangeThroughputExceeded'),
  }),
  /** Refused with any error before anything is done. */
  z.strictObject({
    ...where,
    kind: z.literal('error'),
    name: z.string().min(1),
    message: z.string().default('The sandbox was told to fail here'),
  }),
  z.strictObject({ ...where, kind: z.literal('access-denied') }),
  z.strictObject({ ...where, kind: z.literal('expired-token') }),
  /** The connection breaks before the request is looked at. */
  z.strictObject({ ...where, kind: z.literal('lose-request') }),
  /** Everything is done, then the connection breaks. */
  z.strictObject({ ...where, kind: z.literal('lose-reply') }),
  /** Nothing is done and no answer ever comes. */
  z.strictObject({ ...where, kind: z.literal('hang') }),
  /** The request waits, in real milliseconds. */
  z.strictObject({ ...where, kind: z.literal('delay'), ms: z.number().nonnegative() }),
  /** BatchWriteItem leaves its last requests undone. */
  z.strictObject({ ...where, kind: z.literal('unprocessed'), requests: z.int().positive() }),
  /** RestoreTableToPointInTime's target stays CREATING for so many milliseconds of the sandbox's clock. */
  z.strictObject({ ...where, kind: z.literal('restore-takes'), ms: z.number().nonnegative() }),
  z.strictObject({ ...where, kind: z.literal('restore-never-ends') }),
]);

export type Fault = z.output<typeof faultSchema>;

type Armed = { readonly id: number; readonly fault: Fault; seen: number; struck: number; readonly dice: () => number };

/** The faults a sandbox has been told of, and how often each has struck. */
export class Faults {
  #armed: Armed[] = [];
  #nextId = 1;

  /** @throws ZodError naming every mistake in the fault @returns the number to remove it by */
  add(fault: z.input<typeof faultSchema>): number {
    const parsed = faultSchema.parse(fault);
    const id = this.#nextId;
    this.#nextId += 1;
    this.#armed.push({ id, fault: parsed, seen: 0, struck: 0, dice: mulberry32(parsed.seed) });
    return id;
  }

  remove(id: number): void {
    this.#armed = this.#armed.filter((armed) => armed.id !== id);
  }

  clear(): void {
    this.#armed = [];
  }

  list(): readonly { readonly id: number; readonly fault: Fault; readonly struck: number }[] {
    return this.#armed.map(({ id, fault, struck }) => ({ id, fault, struck }));
  }

  /** The faults that strike this call; each call is counted once. */
  strike(operation: string, tables: readonly string[]): Fault[] {
    return this.#armed.filter((armed) => strikes(armed, operation, tables)).map(({ fault }) => fault);
  }
}

function strikes(armed: Armed, operation: string, tables: readonly string[]): boolean {
  const { fault } = armed;
  if (fault.operation !== '*' && fault.operation !== operation) return false;
  if (fault.table !== undefined && !tables.includes(fault.table)) return false;
  armed.seen += 1;
  if (armed.seen < fault.nth) return false;
  if (fault.count !== 'all' && armed.struck >= fault.count) return false;
  if (fault.probability < 1 && armed.dice() >= fault.probability) return false;
  armed.struck += 1;
  return true;
}

/** A small seeded generator of numbers from 0 to 1. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
