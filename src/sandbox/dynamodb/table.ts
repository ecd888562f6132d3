import { randomUUID } from 'node:crypto';
import { isRecord, type Wire } from '../wire.ts';
import { TableHistory, type Write } from './history.ts';
import type { Item } from './item.ts';
import { canonicalKey, type KeySchema, keyAttributes } from './key.ts';
import type { StoredItem } from './stored-item.ts';
import { Turns } from './turns.ts';

/** Members of a table's definition that the sandbox keeps as they were sent. */
export type TableSettings = {
  attributeDefinitions: readonly Wire[];
  keySchema: readonly Wire[];
  globalIndexes: readonly Wire[];
  localIndexes: readonly Wire[];
  billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  readUnits: number;
  writeUnits: number;
  onDemandThroughput?: Wire;
  warmThroughput?: Wire;
  sse?: Wire;
  stream?: Wire & { readonly label: string };
  tableClass?: string;
  deletionProtection: boolean;
};

type ResourcePolicy = { readonly document: string; readonly revisionId: string };

/** One table: what it is, what it holds, and what it held. */
export class SandboxTable {
  readonly name: string;
  readonly arn: string;
  readonly id = randomUUID();
  readonly schema: KeySchema;
  readonly history = new TableHistory();
  readonly turns = new Turns();
  readonly tags = new Map<string, string>();
  /** Keys whose items dynalite has not been told of yet. */
  readonly untold = new Set<string>();
  settings: TableSettings;
  /** Milliseconds since the epoch, as are all instants here. */
  createdAt: number;
  activeAt: number;
  goneAt: number | undefined;
  restoredFrom: { readonly arn: string; readonly at: number } | undefined;
  recovery: { enabledAt: number; days: number } | undefined;
  ttlAttribute: string | undefined;
  policy: ResourcePolicy | undefined;
  policyChangedAt: number | undefined;
  /** Policies in the order in which they were put, and from when on each one counts; none: it was deleted. */
  readonly #policies: { readonly policy: Wire | undefined; readonly from: number }[] = [];
  readonly #salt: string;

  constructor(made: { name: string; arn: string; settings: TableSettings; at: number; shuffled: boolean }) {
    this.name = made.name;
    this.arn = made.arn;
    this.settings = made.settings;
    this.createdAt = made.at;
    this.activeAt = made.at;
    this.schema = readSchema(made.settings);
    this.#salt = made.shuffled ? this.id : '';
  }

  status(now: number): 'CREATING' | 'ACTIVE' | 'DELETING' {
    if (this.goneAt !== undefined) return 'DELETING';
    return now < this.activeAt ? 'CREATING' : 'ACTIVE';
  }

  /** Whether this table is the target of a restore that has not finished. */
  restoring(now: number): boolean {
    return this.restoredFrom !== undefined && this.status(now) === 'CREATING';
  }

  /** Puts a policy, or takes it away, as of `now`; it counts from `from` on. */
  changePolicy(policy: (ResourcePolicy & { readonly parsed: Wire }) | undefined, now: number, from: number): void {
    this.policy = policy;
    this.policyChangedAt = now;
    this.#policies.push({ policy: policy?.parsed, from });
  }

  /** Whether this table has, or ever had, a policy. */
  get hadPolicy(): boolean {
    return this.#policies.length > 0;
  }

  /** The policy that requests are measured by, which may not be the latest one yet. */
  policyInForce(now: number): Wire | undefined {
    return this.#policies.findLast(({ from }) => from <= now)?.policy;
  }

  /** @throws AwsError ValidationException when the attributes hold no key of this table */
  keyOf(attributes: Item): string {
    return canonicalKey(this.schema, attributes, this.#salt);
  }

  keyAttributes(item: Item): Item {
    return keyAttributes(this.schema, item);
  }

  record(key: string, attributes: Item, write: Write): void {
    const now = this.history.record(key, () => this.keyAttributes(attributes), write);
    // With a clock that was set back, a younger write still holds, whatever dynalite was told just now.
    if (now !== write.image) this.untold.add(key);
  }

  /** Takes items without asking dynalite, which hears of them when it must. */
  load(items: Iterable<StoredItem>, at: number): void {
    for (const image of items) {
      const key = this.keyOf(image.item);
      image.prepare();
      this.record(key, image.item, { at, kind: 'put', image });
      this.untold.add(key);
    }
    // Now, and not when the first scan waits for it.
    this.history.inOrder();
  }
}

function readSchema(settings: TableSettings): KeySchema {
  const attribute = (keyType: string): KeySchema['partition'] | undefined => {
    const name = settings.keySchema.find((element) => element['KeyType'] === keyType)?.['AttributeName'];
    const definition = settings.attributeDefinitions.find((candidate) => candidate['AttributeName'] === name);
    const type = isRecord(definition) ? definition['AttributeType'] : undefined;
    return typeof name === 'string' && (type === 'S' || type === 'N' || type === 'B') ? { name, type } : undefined;
  };
  const [partition, sort] = [attribute('HASH'), attribute('RANGE')];
  if (partition === undefined) throw new Error('a table definition that dynalite accepted has no partition key');
  return sort === undefined ? { partition } : { partition, sort };
}
