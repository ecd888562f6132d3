import type { AttributeValue, KeySchema } from '../restore/item.ts';
import { hasAttribute } from '../restore/item.ts';
import type { GuardedChange } from '../restore/ports.ts';

/** The members of a PutItem, UpdateItem or DeleteItem request that make it depend on the live item. */
export type Condition = {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, AttributeValue>>;
};

type Term =
  | { readonly kind: 'exists' | 'absent'; readonly name: string }
  | { readonly kind: 'equals'; readonly name: string; readonly value: AttributeValue };

// "Expression parameters" in the Developer Guide's "Quotas": 4 KB of text, and 300 operators and functions. Each term is
// one of them, and so is each AND between two. Names and values count apart, up to 2 MB: more than two items are.
const mostBytes = 4_096;
const mostTerms = 150;
const and = ' AND ';

/**
 * The condition that the live item is what `change` expects: absent; or there, with every attribute of `expected` equal
 * and without any other attribute that the wanted item would overwrite.
 *
 * Two things escape it, and show in what AWS says it wrote over. An attribute that neither item has: no expression
 * can ask for it. And in an item of more than some 150 attributes those that do not fit: first come the ones that the
 * change alters, then those it adds, then those it leaves alone, each in the item's own order.
 */
export function conditionOf(change: GuardedChange, schema: KeySchema): Condition {
  const texts: string[] = [];
  const names: Record<string, string> = {};
  const values: Record<string, AttributeValue> = {};
  let bytes = 0;
  for (const term of terms(change, schema)) {
    // Every name and value by placeholder: reserved words, dots and emoji need it, and it keeps the text short.
    const placeholder = texts.length.toString(36);
    const text = termText(term, placeholder);
    const added = text.length + (texts.length === 0 ? 0 : and.length);
    if (texts.length === mostTerms || bytes + added > mostBytes) {
      continue;
    }
    bytes += added;
    texts.push(text);
    names[`#${placeholder}`] = term.name;
    if (term.kind === 'equals') {
      values[`:${placeholder}`] = term.value;
    }
  }
  return {
    ConditionExpression: texts.join(and),
    ExpressionAttributeNames: names,
    // AWS takes no empty map.
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}

function terms(change: GuardedChange, schema: KeySchema): readonly Term[] {
  const { expected } = change;
  if (expected === undefined) {
    return [{ kind: 'absent', name: schema.partition }];
  }
  const wanted = change.kind === 'put' ? change.item : change.key;
  const altered: Term[] = [];
  const untouched: Term[] = [];
  for (const [name, value] of Object.entries(expected)) {
    // The item is found by its key: that is equal already.
    if (name !== schema.partition && name !== schema.sort) {
      (hasAttribute(wanted, name, value) ? untouched : altered).push({ kind: 'equals', name, value });
    }
  }
  const added = Object.keys(wanted).filter((name) => !Object.hasOwn(expected, name));
  return [
    { kind: 'exists', name: schema.partition },
    ...altered,
    ...added.map((name): Term => ({ kind: 'absent', name })),
    ...untouched,
  ];
}

function termText(term: Term, placeholder: string): string {
  switch (term.kind) {
    case 'exists':
      return `attribute_exists(#${placeholder})`;
    case 'absent':
      return `attribute_not_exists(#${placeholder})`;
    case 'equals':
      return `#${placeholder} = :${placeholder}`;
  }
}
