import { z } from 'zod';
import { type AwsError, throttled } from '../aws-error.ts';
import type { SandboxTable } from './table.ts';

const units = z.number().positive();

/**
 * What the sandbox gives a table in a second. The defaults are AWS's: a new on-demand table takes 4,000 writes and 12,000
 * reads a second (Developer Guide, "Initial throughput for on-demand"), a provisioned one what it was given, and up to 300
 * seconds of what it did not use ("Burst capacity").
 */
export const capacitySchema = z.strictObject({
  onDemandReadUnits: units.default(12_000),
  onDemandWriteUnits: units.default(4_000),
  onDemandBurstSeconds: units.default(1),
  provisionedBurstSeconds: units.default(300),
  /** Into how many parts of equal size the keys are divided, each with a limit of its own; 0: no such limit. */
  keyRanges: z.int().nonnegative().default(0),
  /** Of one key range ("Partitions and data distribution"). */
  keyRangeReadUnits: units.default(3_000),
  keyRangeWriteUnits: units.default(1_000),
  /** Of all tables of the account together; absent: none. */
  accountReadUnits: units.optional(),
  accountWriteUnits: units.optional(),
});
export type CapacityRules = z.output<typeof capacitySchema>;

export type Direction = 'Read' | 'Write';

/** What was asked of a table, let through and refused, since the rules were set. */
export type Tally = { readonly served: number; readonly refused: number; readonly units: number };

type Limit = { readonly bucket: Bucket; readonly error: string; readonly reason: string; readonly resource: string };

/** Enforces what a table may consume in a second, with the reasons AWS gives. Off until it is told the rules. */
export class Capacity {
  readonly #clock: () => number;
  #rules: CapacityRules | undefined;
  #buckets = new Map<string, Bucket>();
  #tallies = new Map<string, { served: number; refused: number; units: number }>();

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  get rules(): CapacityRules | undefined {
    return this.#rules;
  }

  /** Begins with full buckets. @throws ZodError naming every mistake in the rules */
  enforce(rules: z.input<typeof capacitySchema> = {}): void {
    this.#rules = capacitySchema.parse(rules);
    this.#forget();
  }

  lift(): void {
    this.#rules = undefined;
    this.#forget();
  }

  tally(table: string, direction: Direction): Tally {
    return this.#tallies.get(`${table} ${direction}`) ?? { served: 0, refused: 0, units: 0 };
  }

  /**
   * What must be refused now; undefined: nothing. `range` is the part of the keys that is asked for, from 0 up to, but not
   * including, 1. A request is let through while anything is left, whatever it will cost, as AWS does.
   */
  refusal(table: SandboxTable, direction: Direction, range: number): AwsError | undefined {
    const spent = this.#limits(table, direction, range).find(({ bucket }) => bucket.left(this.#clock()) <= 0);
    if (spent === undefined) return undefined;
    this.#count(table, direction).refused += 1;
    return throttled(spent.error, `Table${direction}${spent.reason}`, spent.resource);
  }

  charge(table: SandboxTable, direction: Direction, range: number, consumed: number): void {
    const count = this.#count(table, direction);
    count.served += 1;
    count.units += consumed;
    for (const { bucket } of this.#limits(table, direction, range)) bucket.take(consumed, this.#clock());
  }

  #limits(table: SandboxTable, direction: Direction, range: number): readonly Limit[] {
    const rules = this.#rules;
    if (rules === undefined) return [];
    const limit = (name: string, perSecond: number, seconds: number, error: string, reason: string): Limit => ({
      bucket: this.#bucket(`${name} ${direction}`, perSecond, perSecond * seconds),
      error,
      reason,
      resource: table.arn,
    });
    const isRead = direction === 'Read';
    const limits = [tableLimit(table, direction, rules, limit)];
    const { keyRanges } = rules;
    if (keyRanges > 0) {
      const name = `${table.id} range ${Math.floor(range * keyRanges)}`;
      const most = isRead ? rules.keyRangeReadUnits : rules.keyRangeWriteUnits;
      limits.push(limit(name, most, 1, errorOf(table), 'KeyRangeThroughputExceeded'));
    }
    const account = isRead ? rules.accountReadUnits : rules.accountWriteUnits;
    if (account !== undefined) {
      limits.push(limit('account', account, 1, 'RequestLimitExceeded', 'AccountLimitExceeded'));
    }
    return limits;
  }

  #bucket(name: string, perSecond: number, most: number): Bucket {
    const known = this.#buckets.get(name);
    if (known?.perSecond === perSecond) return known;
    const made = new Bucket(perSecond, most, this.#clock());
    this.#buckets.set(name, made);
    return made;
  }

  #count({ name }: SandboxTable, direction: Direction) {
    const key = `${name} ${direction}`;
    const count = this.#tallies.get(key) ?? { served: 0, refused: 0, units: 0 };
    this.#tallies.set(key, count);
    return count;
  }

  #forget(): void {
    this.#buckets = new Map();
    this.#tallies = new Map();
  }
}

function tableLimit(
  { id, settings }: SandboxTable,
  direction: Direction,
  rules: CapacityRules,
  limit: (name: string, perSecond: number, seconds: number, error: string, reason: string) => Limit,
): Limit {
  const isRead = direction === 'Read';
  if (settings.billingMode === 'PROVISIONED') {
    const given = isRead ? settings.readUnits : settings.writeUnits;
    const error = 'ProvisionedThroughputExceededException';
    return limit(id, given, rules.provisionedBurstSeconds, error, 'ProvisionedThroughputExceeded');
  }
  const most = settings.onDemandThroughput?.[isRead ? 'MaxReadRequestUnits' : 'MaxWriteRequestUnits'];
  if (typeof most === 'number' && most > 0) {
    return limit(id, most, 1, 'ThrottlingException', 'MaxOnDemandThroughputExceeded');
  }
  const given = isRead ? rules.onDemandReadUnits : rules.onDemandWriteUnits;
  // Below its account's quota, a table on demand is limited by its partitions and by nothing else.
  return limit(id, given, rules.onDemandBurstSeconds, 'ThrottlingException', 'KeyRangeThroughputExceeded');
}

function errorOf({ settings }: SandboxTable): string {
  return settings.billingMode === 'PROVISIONED' ? 'ProvisionedThroughputExceededException' : 'ThrottlingException';
}

/** Fills by so much a second, up to the most it holds; may be overdrawn. */
class Bucket {
  readonly perSecond: number;
  readonly #most: number;
  #left: number;
  #at: number;

  constructor(perSecond: number, most: number, now: number) {
    this.perSecond = perSecond;
    this.#most = most;
    this.#left = most;
    this.#at = now;
  }

  left(now: number): number {
    const passed = Math.max(0, now - this.#at) / 1000;
    this.#left = Math.min(this.#most, this.#left + passed * this.perSecond);
    this.#at = now;
    return this.#left;
  }

  take(consumed: number, now: number): void {
    this.left(now);
    this.#left -= consumed;
  }
}
