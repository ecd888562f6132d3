/** The data of the benchmark: the same items every time, of about 600 bytes as DynamoDB weighs them. */
import { type Item, keyAttributes } from '../../src/restore/item.ts';

const text = 'The quick brown fox jumps over the lazy dog, and nobody knows why it keeps doing so. ';

export const keySchema = { partition: 'id' } as const;

export function itemAt(index: number): Item {
  return {
    id: { S: `item-${String(index).padStart(9, '0')}` },
    author: { S: `author-${index % 1_000}` },
    text: { S: text.repeat(5) },
    likes: { N: String((index * 7919) % 100_000) },
    score: { N: `${index % 100}.25` },
    published: { BOOL: index % 3 === 0 },
    tags: { L: [{ S: `tag-${index % 50}` }, { S: 'quotes' }] },
    source: { M: { page: { N: String(index % 400) }, book: { S: `book-${index % 5_000}` } } },
  };
}

export type Damage = { readonly put: Item } | { readonly delete: Item };

/** One item in so many: a third of them deleted, a third changed, a third added that were not there. */
export function* damage(items: number, oneIn: number): Generator<Damage, void, void> {
  for (let index = 0; index < items; index += oneIn) {
    const item = itemAt(index);
    const kind = (index / oneIn) % 3;
    if (kind === 0) yield { delete: keyAttributes(item, keySchema) };
    else if (kind === 1) yield { put: { ...item, likes: { N: '-1' }, spoiled: { BOOL: true } } };
    else yield { put: { ...item, id: { S: `junk-${index}` } } };
  }
}
