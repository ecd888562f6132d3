import type { RequestRecord } from '../requests.ts';
import { type EnvironmentName, environmentOf, otherWriters } from './world.ts';

/** A restore as AWS sees it: from nothing but the calls, so that it shows any program's, not just our bot's. */
export type RestoreSeen = {
  readonly environment: EnvironmentName;
  /** Milliseconds since the epoch, as are all instants here. */
  readonly restorePoint: number | 'latest';
  readonly begunAt: number;
  readonly copies: readonly string[];
  readonly writes: number;
  readonly firstWriteAt?: number;
  readonly lastWriteAt?: number;
  /** When the last of the copies was deleted. */
  readonly cleanedUpAt?: number;
};

const writing = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);
/** Copies that are asked for within this time belong together. */
const togetherMs = 5_000;
const remembered = 50;

type Open = { -readonly [Member in keyof RestoreSeen]: RestoreSeen[Member] } & { gone: Set<string> };

/** The restores of a sandbox, put together from the calls that make, fill and delete the copies. */
export class RestoresSeen {
  #restores: Open[] = [];

  get list(): readonly RestoreSeen[] {
    return this.#restores.map(({ gone: _, ...restore }) => restore);
  }

  see(request: RequestRecord): void {
    if (request.operation === 'RestoreTableToPointInTime') this.#begin(request);
    else if (request.operation === 'DeleteTable') this.#delete(request);
    else if (writing.has(request.operation) && !otherWriters.has(request.accessKeyId)) this.#write(request);
  }

  #begin({ body, at }: RequestRecord): void {
    const source = String(body['SourceTableName'] ?? body['SourceTableArn']).replace(/^.*\//, '');
    const environment = environmentOf(source);
    const copy = String(body['TargetTableName']);
    if (environment === undefined) return;
    const seconds = body['RestoreDateTime'];
    const restorePoint: Open['restorePoint'] = typeof seconds === 'number' ? seconds * 1000 : 'latest';
    const open = this.#restores.find(
      (one) =>
        one.copies.includes(copy) ||
        (one.environment === environment && one.restorePoint === restorePoint && at - one.begunAt < togetherMs),
    );
    if (open === undefined) {
      const begun: Open = {
        environment,
        restorePoint,
        begunAt: at,
        copies: [copy],
        writes: 0,
        gone: new Set<string>(),
      };
      this.#restores = [...this.#restores, begun].slice(-remembered);
    } else if (!open.copies.includes(copy)) {
      open.copies = [...open.copies, copy];
    }
  }

  #write({ tables, at }: RequestRecord): void {
    const environment = tables.map(environmentOf).find((name) => name !== undefined);
    const open = this.#restores.findLast((one) => one.environment === environment && one.cleanedUpAt === undefined);
    if (open === undefined) return;
    open.writes += 1;
    open.firstWriteAt ??= at;
    open.lastWriteAt = at;
  }

  #delete({ table = '', at }: RequestRecord): void {
    const open = this.#restores.findLast(({ copies }) => copies.includes(table));
    if (open === undefined) return;
    open.gone.add(table);
    if (open.gone.size === open.copies.length) open.cleanedUpAt = at;
  }
}
