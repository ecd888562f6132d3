import { record, type Wire } from './wire.ts';

/** One call as the sandbox received it. */
export type RequestRecord = {
  readonly operation: string;
  /** The first of `tables`, for the many calls that are about one. */
  readonly table: string | undefined;
  readonly tables: readonly string[];
  readonly region: string;
  readonly body: Wire;
  /** Whose call it was: the access key it was signed with. */
  readonly accessKeyId: string;
  /** Milliseconds since the epoch, by the sandbox's clock. */
  readonly at: number;
};

const remembered = 5_000;

type Call = Omit<RequestRecord, 'body' | 'table'>;

/** A call whose body is parsed when somebody looks at it: thousands are remembered, and few ever are. */
class Remembered implements RequestRecord {
  readonly operation: string;
  readonly table: string | undefined;
  readonly tables: readonly string[];
  readonly region: string;
  readonly accessKeyId: string;
  readonly at: number;
  readonly #sent: string;

  constructor({ operation, tables, region, accessKeyId, at }: Call, sent: string) {
    this.operation = operation;
    this.table = tables[0];
    this.tables = tables;
    this.region = region;
    this.accessKeyId = accessKeyId;
    this.at = at;
    this.#sent = sent;
  }

  get body(): Wire {
    return record(JSON.parse(this.#sent));
  }

  toJSON(): RequestRecord {
    return { ...this, body: this.body };
  }
}

/** The calls a sandbox has received: all of them counted, the youngest five thousand remembered. */
export class Requests {
  #records: RequestRecord[] = [];
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<(request: RequestRecord) => void>();

  /** @param sent the body as it came, valid JSON */
  note(call: Call, sent: string): void {
    const request = new Remembered(call, sent);
    this.#records.push(request);
    if (this.#records.length > 2 * remembered) this.#records = this.#records.slice(-remembered);
    this.#count(request.operation);
    for (const table of request.tables) this.#count(`${request.operation}/${table}`);
    for (const listener of this.#listeners) listener(request);
  }

  #count(key: string): void {
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** The remembered calls, oldest first; only those of one operation when it is given. */
  list(operation?: string): readonly RequestRecord[] {
    const records = this.#records.slice(-remembered);
    return operation === undefined ? records : records.filter((request) => request.operation === operation);
  }

  /** How many calls of an operation there were, about one table when it is given. */
  count(operation: string, table?: string): number {
    return this.#counts.get(table === undefined ? operation : `${operation}/${table}`) ?? 0;
  }

  clear(): void {
    this.#records = [];
    this.#counts.clear();
  }

  /** Calls the listener with every call before it is looked at. @returns what ends that */
  onRequest(listener: (request: RequestRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
