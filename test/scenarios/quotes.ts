import { DeleteItemCommand, ListTablesCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { Phase } from '../../src/restore/events.ts';
import type { Item } from '../../src/restore/item.ts';
import type { Origin } from '../../src/restore/request.ts';
import type { Wish } from '../../src/restore/restores.ts';
import type { Run } from '../../src/restore/run.ts';
import type { Engine } from '../support/engine.ts';
import { minute, shell, start } from '../support/engine.ts';

export const id = [{ name: 'id', type: 'N' }] as const;
export const quote = (n: number, text = `quote ${n}`): Item => ({ id: { N: String(n) }, text: { S: text } });
export const quotes = (count: number) => Array.from({ length: count }, (_, n) => quote(n + 1));

/** A table of 300 quotes in which half an hour ago ten were deleted, twenty changed and five added. */
export async function damagedQuotes(engine: Engine, table = 'quotes-table'): Promise<void> {
  await engine.table(table, id, quotes(300));
  const items = quotes(300);
  await engine.at(start - 30 * minute, async () => {
    for (const item of items.slice(0, 10)) await remove(engine, table, item);
    for (const item of items.slice(100, 120)) await put(engine, table, { ...item, text: { S: 'corrupt' } });
    for (let n = 1000; n < 1005; n += 1) await put(engine, table, quote(n, 'junk'));
  });
}

export const put = (engine: Engine, TableName: string, Item: Item) =>
  engine.client.send(new PutItemCommand({ TableName, Item: Item as never }));

export const remove = (engine: Engine, TableName: string, item: Item) =>
  engine.client.send(new DeleteItemCommand({ TableName, Key: { id: item['id'] as never } }));

/** Items in an order of their own, to compare as a set. */
export const sorted = (items: readonly unknown[]) =>
  items.map((item) => JSON.stringify(item)).sort((a, b) => (a < b ? -1 : 1));
export const live = (engine: Engine, table = 'quotes-table') => sorted(engine.aws.history.snapshot(table));
export const tables = async (engine: Engine) => (await engine.client.send(new ListTablesCommand({}))).TableNames;
export const types = (engine: Engine, run: Run) => engine.log.ofRun(run.id).map((row) => row.event.type);

export async function runIt(engine: Engine, wish: Wish = engine.wish(), origin: Origin = shell): Promise<Run> {
  const { id: runId } = await engine.restores.request(wish, origin);
  return engine.restores.execute(runId);
}

/** Resolves when the run has come to this phase, or is past it already. */
export function phase(engine: Engine, runId: string, wanted: Phase): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (engine.restores.run(runId)?.phases[wanted].status === 'pending') return;
      stop();
      resolve();
    };
    const stop = engine.log.watch(look);
  });
}
