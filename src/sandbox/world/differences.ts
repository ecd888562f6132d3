import { isDeepStrictEqual } from 'node:util';
import type { ItemChange } from '../dynamodb/history.ts';
import type { AttributeValue, Item } from '../dynamodb/item.ts';

/** An attribute that is not the same, as text; absent: there is none. */
type AttributeDifference = { readonly name: string; readonly was?: string; readonly is?: string };

/** An item that was there and is not now, is another one, or was not there. */
export type ItemDifference = {
  readonly key: string;
  readonly kind: 'missing' | 'changed' | 'extra';
  readonly attributes: readonly AttributeDifference[];
};

export type TableDifferences = {
  readonly missing: number;
  readonly changed: number;
  readonly extra: number;
  /** The first of them. */
  readonly items: readonly ItemDifference[];
};

/** Counts the items that differ between a moment and now, and shows the first `shown` of each kind. */
export function differencesIn(changes: Iterable<ItemChange>, shown: number): TableDifferences {
  const counts = { missing: 0, changed: 0, extra: 0 };
  const items: ItemDifference[] = [];
  for (const { key, from, to } of changes) {
    if (from !== null && to !== null && isDeepStrictEqual(ordered(from), ordered(to))) continue;
    const kind = to === null ? 'missing' : from === null ? 'extra' : 'changed';
    counts[kind] += 1;
    if (counts[kind] <= shown) items.push({ key: keyText(key), kind, attributes: attributesIn(key, from, to) });
  }
  return { ...counts, items };
}

function attributesIn(key: Item, from: Item | null, to: Item | null): readonly AttributeDifference[] {
  const names = new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})]);
  return [...names].flatMap((name) => {
    const [was, is] = [from?.[name], to?.[name]];
    if (name in key || isDeepStrictEqual(orderedValue(was), orderedValue(is))) return [];
    return [
      { name, ...(was !== undefined && { was: valueText(was) }), ...(is !== undefined && { is: valueText(is) }) },
    ];
  });
}

function keyText(key: Item): string {
  return Object.entries(key)
    .map(([name, value]) => `${name} ${valueText(value)}`)
    .join(', ');
}

/** A value as a person would write it; numbers with every digit. */
function valueText(value: AttributeValue): string {
  if (value.N !== undefined) return value.N;
  if (value.NULL !== undefined) return 'null';
  if (value.L !== undefined) return `[${value.L.map(valueText).join(', ')}]`;
  if (value.NS !== undefined) return `{${value.NS.join(', ')}}`;
  const set = value.SS ?? value.BS;
  if (set !== undefined) return `{${set.map((member) => JSON.stringify(member)).join(', ')}}`;
  if (value.M !== undefined) {
    return `{${Object.entries(value.M)
      .map(([name, member]) => `${name}: ${valueText(member)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value.S ?? value.BOOL ?? value.B);
}

/** Sets have no order; everything else is compared to the letter. */
function ordered(item: Item): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, orderedValue(value) ?? value]));
}

function orderedValue(value: AttributeValue | undefined): AttributeValue | undefined {
  if (value?.SS) return { SS: value.SS.toSorted() };
  if (value?.NS) return { NS: value.NS.toSorted() };
  if (value?.BS) return { BS: value.BS.toSorted() };
  if (value?.M) return { M: ordered(value.M) };
  if (value?.L) return { L: value.L.map((member) => orderedValue(member) ?? member) };
  return value;
}
