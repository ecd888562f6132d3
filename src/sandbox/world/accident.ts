/** What goes wrong in the sandbox: written straight into the tables' history, so that it may also have happened before. */
import type { SeededWrite } from '../dynamodb/history-book.ts';
import type { Item } from '../dynamodb/item.ts';
import { type QuotesTable, quotesTables } from './quotes.ts';
import { type EnvironmentName, tableName, type World } from './world.ts';

export const damages = ['delete', 'corrupt', 'junk'] as const;

/** A third of the items deleted, a tenth of them corrupted, or junk added. */
export type Damage = (typeof damages)[number];

export type Accident = { readonly deleted: number; readonly corrupted: number; readonly added: number };

const junkItems = 250;

type Where = { readonly environment: EnvironmentName; readonly at: number };

/** A bad deploy: a third of the quotes deleted, a tenth of the likes corrupted, junk added to the views. */
export async function causeAccident(world: World, where: Where): Promise<Accident> {
  return {
    deleted: await causeDamage(world, { ...where, label: 'quotes', damage: 'delete' }),
    corrupted: await causeDamage(world, { ...where, label: 'user-likes', damage: 'corrupt' }),
    added: await causeDamage(world, { ...where, label: 'user-views', damage: 'junk' }),
  };
}

/** Damages one table as of `at`. @returns how many items are hit */
export async function causeDamage(
  { aws }: World,
  { environment, at, label, damage }: Where & { readonly label: QuotesTable['label']; readonly damage: Damage },
): Promise<number> {
  const table = quotesTables().find((candidate) => candidate.label === label);
  if (table === undefined) throw new Error(`There is no table ${label}`);
  const name = tableName(table, environment);
  const writes = writesOf(damage, table, aws.history.stateAt(name, at), at);
  await aws.history.write(name, writes, at);
  return writes.length;
}

function writesOf(damage: Damage, table: QuotesTable, items: readonly Item[], at: number): readonly SeededWrite[] {
  switch (damage) {
    case 'delete':
      return items.filter((_, index) => index % 3 === 0).map((item) => ({ delete: keyOf(item, table) }));
    case 'corrupt':
      return items.filter((_, index) => index % 10 === 0).map((item) => ({ put: corrupted(item, table) }));
    case 'junk':
      return Array.from({ length: junkItems }, (_, n) => ({ put: junk(n, at, table) }));
  }
}

/** As a bad migration would: the last attribute is lost, and the numbers that are no key are zero. */
function corrupted(item: Item, { keys }: QuotesTable): Item {
  const isKey = (name: string) => keys.some((key) => key.name === name);
  const others = Object.entries(item).filter(([name]) => !isKey(name));
  const kept = others.slice(0, Math.max(1, others.length - 1));
  return {
    ...keyOf(item, { keys }),
    ...Object.fromEntries(kept.map(([name, value]) => [name, value.N === undefined ? value : { N: '0' }])),
  };
}

/** Numbers below zero, which no item of ours has for a key; different at every accident. */
function junk(n: number, at: number, { keys }: QuotesTable): Item {
  const key = keys.map(({ name, type }) => [
    name,
    type === 'N' ? { N: String(-(at % 1e9) * 1000 - n - 1) } : { S: `test-user-${n}` },
  ]);
  return { ...Object.fromEntries(key), note: { S: 'TODO remove' } };
}

function keyOf(item: Item, { keys }: Pick<QuotesTable, 'keys'>): Item {
  return Object.fromEntries(
    keys.flatMap(({ name }) => {
      const value = item[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
