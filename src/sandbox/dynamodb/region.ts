import { AwsError } from '../aws-error.ts';
import type { Wire } from '../wire.ts';
import type { Dynalite } from './dynalite.ts';
import { type Item, readItem } from './item.ts';
import { SandboxTable, type TableSettings } from './table.ts';
import { Turns } from './turns.ts';

export const accountId = '000000000000';

const maxSoundForms = 1_000;

/** What is the same in every region of one sandbox. */
export type World = {
  /** Milliseconds since the epoch. */
  readonly clock: () => number;
  readonly restoreMs: number;
  readonly latestLagMs: number;
  readonly deleteMs: number;
  /** How long after a table's first policy it counts, in ms; AWS takes about two seconds. */
  readonly firstPolicyMs: number;
  /** How long after any later change of a table's policy it counts, in ms; AWS takes up to four minutes. */
  readonly laterPolicyMs: number;
  readonly scanOrder: 'hash' | 'shuffled';
};

/** The tables of one region, and the dynalite that works on them. */
export class Region {
  readonly name: string;
  readonly world: World;
  readonly dynalite: Dynalite;
  /** Making tables, one at a time: a name is free or it is not. */
  readonly turns = new Turns();
  /** Transactions done under a client's token, for the ten minutes in which it may ask again. */
  readonly transactions = new Map<string, { readonly at: number; readonly content: Wire }>();
  /** Forms of requests that dynalite has found well made. */
  readonly #soundForms = new Set<string>();
  readonly #tables = new Map<string, SandboxTable>();

  constructor(name: string, world: World, dynalite: Dynalite) {
    this.name = name;
    this.world = world;
    this.dynalite = dynalite;
  }

  /** All tables that still exist, by name. */
  tables(): SandboxTable[] {
    const now = this.world.clock();
    for (const table of this.#tables.values()) {
      if (table.goneAt !== undefined && table.goneAt <= now) this.#tables.delete(table.name);
    }
    return [...this.#tables.values()].toSorted((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** A table by name or ARN. */
  find(nameOrArn: string): SandboxTable | undefined {
    const name = tableName(nameOrArn);
    const table = this.#tables.get(name);
    if (table?.goneAt !== undefined && table.goneAt <= this.world.clock()) {
      this.#tables.delete(name);
      return undefined;
    }
    return table;
  }

  /** A table whose items may be read and written. @throws AwsError ResourceNotFoundException */
  usable(nameOrArn: string): SandboxTable {
    const table = this.find(nameOrArn);
    if (table?.status(this.world.clock()) !== 'ACTIVE') {
      throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
    }
    return table;
  }

  arnOf(name: string): string {
    return `arn:aws:dynamodb:${this.name}:${accountId}:table/${name}`;
  }

  /** Adds a table that dynalite already knows. */
  add(name: string, settings: TableSettings): SandboxTable {
    const table = new SandboxTable({
      name,
      arn: this.arnOf(name),
      settings,
      at: this.world.clock(),
      shuffled: this.world.scanOrder === 'shuffled',
    });
    this.#tables.set(name, table);
    return table;
  }

  /** Whether dynalite has found a request of this form well made. */
  isSound(form: string): boolean {
    return this.#soundForms.has(form);
  }

  rememberSound(form: string): void {
    if (this.#soundForms.size === maxSoundForms) this.#soundForms.clear();
    this.#soundForms.add(form);
  }

  /** Makes a table in dynalite and waits until its items can be written. */
  async define(definition: Wire & { readonly TableName: string }): Promise<void> {
    await this.dynalite('CreateTable', definition);
    await this.#until(definition.TableName, (status) => status === 'ACTIVE');
  }

  /** Removes a table from dynalite and waits until its name is free. */
  async undefine(name: string): Promise<void> {
    await this.dynalite('DeleteTable', { TableName: name });
    await this.#until(name, (status) => status === undefined);
  }

  /** Brings dynalite's items up to date, all of them or those at some keys. */
  async tell(table: SandboxTable, keys: Iterable<string> = [...table.untold]): Promise<void> {
    let batch: Wire[] = [];
    let bytes = 0;
    const flush = async () => {
      if (batch.length > 0) await this.dynalite('BatchWriteItem', { RequestItems: { [table.name]: batch } });
      batch = [];
      bytes = 0;
    };
    for (const key of keys) {
      if (!table.untold.delete(key)) continue;
      const item = table.history.current(key);
      const size = item === null ? 0 : JSON.stringify(item).length;
      if (batch.length === 25 || bytes + size > 12_000_000) await flush();
      const gone = { DeleteRequest: { Key: table.history.attributesOf(key) } };
      batch.push(item === null ? gone : { PutRequest: { Item: item } });
      bytes += size;
    }
    await flush();
  }

  /** Reads one item as dynalite holds it. */
  async read(table: SandboxTable, key: Item): Promise<Item | null> {
    const reply = await this.dynalite('GetItem', { TableName: table.name, Key: key, ConsistentRead: true });
    return reply['Item'] === undefined ? null : readItem(reply['Item']);
  }

  async #until(name: string, reached: (status: unknown) => boolean): Promise<void> {
    for (let attempt = 0; attempt < 10_000; attempt += 1) {
      const tables = await this.dynalite('DescribeTable', { TableName: name }).then(
        ({ Table }) => Table,
        (error: unknown) => {
          if (error instanceof AwsError && error.name === 'ResourceNotFoundException') return undefined;
          throw error;
        },
      );
      if (reached(statusOf(tables))) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error(`dynalite did not finish changing table ${name}`);
  }
}

/** The table's name in a name or an ARN. */
export function tableName(nameOrArn: string): string {
  return nameOrArn.startsWith('arn:') ? (nameOrArn.split('/')[1] ?? nameOrArn) : nameOrArn;
}

function statusOf(table: unknown): unknown {
  return typeof table === 'object' && table !== null && 'TableStatus' in table ? table.TableStatus : undefined;
}
