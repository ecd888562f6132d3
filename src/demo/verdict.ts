import { isDeepStrictEqual } from 'node:util';
import { type AttributeValue, ListTablesCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { quotesTables } from '../sandbox/world/quotes.ts';
import { tableName, type World } from '../sandbox/world/world.ts';

type Items = ReadonlyMap<string, Readonly<Record<string, AttributeValue>>>;
type Snapshot = ReadonlyMap<string, Items>;

/** The proof, made without any code of the bot: plain scans with the official SDK, compared item by item. */
export const verdict = { snapshot, show };

async function snapshot(world: World): Promise<Snapshot> {
  const tables = new Map<string, Items>();
  for (const table of quotesTables()) {
    const items = new Map<string, Readonly<Record<string, AttributeValue>>>();
    const names = table.keys.map(({ name }) => name);
    const TableName = tableName(table, 'prod');
    for await (const page of paginateScan({ client: world.client }, { TableName, ConsistentRead: true })) {
      for (const item of page.Items ?? []) items.set(JSON.stringify(names.map((name) => item[name])), item);
    }
    tables.set(TableName, items);
  }
  return tables;
}

/** Prints what is the same and what is not. @returns whether all is as it was */
async function show(world: World, before: Snapshot, say: (text: string) => void): Promise<boolean> {
  const after = await snapshot(world);
  const rows = [...before].map(([table, items]) => compareOne(table, items, after.get(table) ?? new Map()));
  const { TableNames = [] } = await world.client.send(new ListTablesCommand({}));
  const leftOver = TableNames.filter((name) => !before.has(name));
  say('');
  say('The proof: every item, compared with a snapshot taken before the accident.');
  say('');
  say(
    `${'table'.padEnd(28)}${'before'.padStart(8)}${'now'.padStart(8)}${'equal'.padStart(8)}${'missing'.padStart(9)}${'changed'.padStart(9)}${'extra'.padStart(7)}`,
  );
  for (const row of rows) {
    const numbers = [`${row.before}`.padStart(8), `${row.now}`.padStart(8), `${row.equal}`.padStart(8)];
    const wrong = [`${row.missing}`.padStart(9), `${row.changed}`.padStart(9), `${row.extra}`.padStart(7)];
    say(`${row.table.padEnd(28)}${numbers.join('')}${wrong.join('')}`);
  }
  say('');
  const restored = rows.every((row) => row.missing + row.changed + row.extra === 0);
  say(restored ? 'All tables are exactly what they were.' : 'NOT RESTORED: the tables differ.');
  if (leftOver.length > 0) say(`Left over: ${leftOver.join(', ')}`);
  return restored && leftOver.length === 0;
}

function compareOne(table: string, before: Items, after: Items) {
  const keys = [...before.keys()];
  const missing = keys.filter((key) => !after.has(key)).length;
  const equal = keys.filter((key) => isDeepStrictEqual(normal(before.get(key)), normal(after.get(key)))).length;
  const extra = [...after.keys()].filter((key) => !before.has(key)).length;
  return {
    table,
    before: before.size,
    now: after.size,
    equal,
    missing,
    changed: before.size - missing - equal,
    extra,
  };
}

/** Sets have no order; everything else must be the same to the letter. */
function normal(item: Readonly<Record<string, AttributeValue>> | undefined): unknown {
  return Object.fromEntries(
    Object.entries(item ?? {}).map(([name, value]) => [
      name,
      value.SS === undefined ? value : { SS: [...value.SS].sort((a, b) => a.localeCompare(b)) },
    ]),
  );
}
