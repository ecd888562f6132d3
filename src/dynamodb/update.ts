import type { AttributeValue, Item, KeySchema } from '../restore/item.ts';
import { hasAttribute, sameItem } from '../restore/item.ts';

/** What makes one item into another and leaves every attribute alone that neither of them tells about. */
export type Update = { readonly set: Item; readonly remove: readonly string[] };

/** The members of an UpdateItem request that carry out an update; none for an update that changes nothing. */
export type UpdateMembers = {
  readonly UpdateExpression?: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: Readonly<Record<string, AttributeValue>>;
};

// "Expression parameters" in the Developer Guide's "Quotas": 300 operators and functions, and 4 KB of text. How an
// assignment counts it leaves open: each is taken as one here, and so is each name to remove. An assignment takes 13 bytes
// at most ("#S8b = :S8b, "), so 300 of them stay below 4 KB.
const mostActions = 300;

/** The update from one image of an item to another. Attributes that differ in spelling only, and the key, are not in it. */
export function updateBetween(from: Item, to: Item, schema: KeySchema): Update {
  const isKey = (name: string) => name === schema.partition || name === schema.sort;
  return {
    // fromEntries: an attribute named __proto__ is an attribute like any other.
    set: Object.fromEntries(
      Object.entries(to).filter(([name, value]) => !(isKey(name) || hasAttribute(from, name, value))),
    ),
    remove: Object.keys(from).filter((name) => !(isKey(name) || Object.hasOwn(to, name))),
  };
}

/**
 * The update in DynamoDB's words; undefined where one expression cannot hold it. Placeholders are in capitals, so that
 * they go together with those of a condition.
 */
export function updateMembers({ set, remove }: Update): UpdateMembers | undefined {
  const assignments = Object.entries(set);
  if (assignments.length + remove.length > mostActions) {
    return undefined;
  }
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  const sets = assignments.map(([name, value], index) => {
    const placeholder = `S${index.toString(36)}`;
    names[`#${placeholder}`] = name;
    values[`:${placeholder}`] = value;
    return `#${placeholder} = :${placeholder}`;
  });
  const removes = remove.map((name, index) => {
    const placeholder = `#R${index.toString(36)}`;
    names[placeholder] = name;
    return placeholder;
  });
  const clauses = [
    ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`]),
    ...(removes.length === 0 ? [] : [`REMOVE ${removes.join(', ')}`]),
  ];
  return {
    ...(clauses.length === 0 ? {} : { UpdateExpression: clauses.join(' ') }),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
}

/** What an update leaves in the place of `item`. */
export function updated(item: Item, { set, remove }: Update): Item {
  const removed = new Set(remove);
  const left = Object.entries(item).filter(([name]) => !removed.has(name));
  return Object.fromEntries([...left, ...Object.entries(set)]);
}

/**
 * What `item` was before the update, if the update has made it of `from` and of attributes that are not `known`: those
 * that it does not touch and that nobody asked for. undefined: it has not.
 */
export function beforeUpdate(item: Item, from: Item, update: Update, known: readonly string[]): Item | undefined {
  const isKnown = new Set([...known, ...Object.keys(update.set), ...update.remove]);
  const before = Object.fromEntries([
    ...Object.entries(from).filter(([name]) => isKnown.has(name)),
    ...Object.entries(item).filter(([name]) => !isKnown.has(name)),
  ]);
  return sameItem(updated(before, update), item) ? before : undefined;
}
