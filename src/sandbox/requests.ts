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

/** The calls a sandbox has received: all of them counted, the youngest five thousand remembered. */
export class Requests {
  #records: RequestRecord[] = [];
  readonly #counts = new Map<string, number>();
  readonly #listeners = new Set<(request: RequestRecord) => void>();

  /** @param sent the body as it came, valid JSON: thousands are remembered, and few are ever looked at */
  note(call: Omit<RequestRecord, 'body'>, sent: string): void {
    const request: RequestRecord = {
      ...call,
      get body() {
        return record(JSON.parse(sent));
      },
    };
    this.#records.push(request);
    if (this.#records.length > 2 * remembered) this.#records = this.#records.slice(-remembered);
    for (const key of [request.operation, ...request.tables.map((table) => `${request.operation}/${table}`)]) {
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    }
    for (const listener of this.#listeners) listener(request);
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
