import type { World } from './world.ts';

/** Everything that reads or writes items; describing a table and making a copy of it have quotas of their own. */
const itemOperations = [
  ...(['Scan', 'GetItem', 'BatchGetItem', 'Query'] as const),
  ...(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems'] as const),
];
/** Often enough to be felt; a client that waits and tries again still gets through. */
const throttledShare = 0.4;

const outageSeconds = 20;
const slowRestoreSeconds = 30;

export type TroublesState = {
  readonly throttle: { readonly on: boolean; readonly share: number; readonly struck: number };
  /** `until`: milliseconds since the epoch, while Slack is down. */
  readonly outage: { readonly until?: number; readonly seconds: number };
  readonly slowRestores: { readonly on: boolean; readonly seconds: number };
};

/** The bad days one can order in the sandbox. */
export class Troubles {
  readonly #world: World;
  readonly #changed: () => void;
  readonly #since = { struck: 0 };
  #throttles: readonly number[] = [];
  #slow: number | undefined;
  #outage: { readonly until: number; readonly timer: NodeJS.Timeout } | undefined;

  constructor(world: World, changed: () => void) {
    this.#world = world;
    this.#changed = changed;
  }

  get state(): TroublesState {
    return {
      throttle: { on: this.#throttles.length > 0, share: throttledShare, struck: this.#since.struck + this.#struck() },
      outage: { seconds: outageSeconds, ...(this.#outage !== undefined && { until: this.#outage.until }) },
      slowRestores: { on: this.#slow !== undefined, seconds: slowRestoreSeconds },
    };
  }

  /** DynamoDB refuses a share of all reads and writes for their pace. */
  throttle(on: boolean): void {
    const { faults } = this.#world.aws;
    if (on === this.#throttles.length > 0) return;
    if (on) {
      this.#throttles = itemOperations.map((operation, index) =>
        faults.add({ operation, kind: 'throttle', count: 'all', probability: throttledShare, seed: index + 1 }),
      );
    } else {
      this.#since.struck += this.#struck();
      for (const id of this.#throttles) faults.remove(id);
      this.#throttles = [];
    }
    this.#changed();
  }

  /** The next copies take longer to be built, as they do with AWS. */
  slowRestores(on: boolean): void {
    const { faults } = this.#world.aws;
    if (on === (this.#slow !== undefined)) return;
    if (this.#slow !== undefined) faults.remove(this.#slow);
    this.#slow = on
      ? faults.add({
          operation: 'RestoreTableToPointInTime',
          kind: 'restore-takes',
          ms: slowRestoreSeconds * 1000,
          count: 'all',
        })
      : undefined;
    this.#changed();
  }

  /** Slack answers 503 to everything and its sockets are cut; it is back after a while, or when that is asked for. */
  takeSlackDown(down: boolean): void {
    clearTimeout(this.#outage?.timer);
    this.#outage = undefined;
    if (down) {
      this.#world.slack.faults.down('answers 503');
      const timer = setTimeout(() => this.takeSlackDown(false), outageSeconds * 1000);
      this.#outage = { until: Date.now() + outageSeconds * 1000, timer };
    } else {
      this.#world.slack.faults.up();
    }
    this.#changed();
  }

  /** Ends them all. */
  end(): void {
    this.throttle(false);
    this.slowRestores(false);
    this.takeSlackDown(false);
  }

  #struck(): number {
    return this.#world.aws.faults
      .list()
      .filter(({ id }) => this.#throttles.includes(id))
      .reduce((sum, { struck }) => sum + struck, 0);
  }
}
