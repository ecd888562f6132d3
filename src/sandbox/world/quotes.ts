import { seededRandom } from './random.ts';

/** Wire items, as DynamoDB's JSON protocol writes them. */
type WireItem = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type QuotesTable = {
  readonly label: 'quotes' | 'user-likes' | 'user-views';
  /** Name in prod; dev's has `-dev` behind it. */
  readonly table: string;
  readonly keys: readonly { readonly name: string; readonly type: 'S' | 'N' }[];
  readonly items: readonly WireItem[];
};

const authors = ['Ada Lovelace', 'Grace Hopper', 'Edsger Dijkstra', 'Barbara Liskov', 'Alan Kay', 'Margaret Hamilton'];
const openings = ['Simplicity', 'A good name', 'The best test', 'Every outage', 'A backup', 'Patience'];
const turns = ['is worth', 'costs less than', 'begins with', 'outlives', 'teaches more than', 'needs no more than'];
const endings = [
  'a thousand alarms',
  'a clever trick',
  'the second try',
  'an honest answer',
  'one quiet minute',
  'a plan',
];
const names = ['mia', 'noah', 'lena', 'paul', 'ines', 'omar', 'tara', 'finn', 'aiko', 'luis', 'zoe', 'ravi'];
const tags = ['work', 'life', 'code', 'hope', 'time', 'craft'];

/** How many items the requirement's console lines show for its three tables. */
const counts = { quotes: 1234, likes: 5678, views: 9012 };

/** The requirement's three tables: a small site for quotes that people like and view. The same at every call. */
export function quotesTables(): readonly QuotesTable[] {
  made ??= makeTables();
  return made;
}

let made: readonly QuotesTable[] | undefined;

function makeTables(): readonly QuotesTable[] {
  const random = seededRandom(25);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const username = () => `${pick(names)}${Math.floor(random() * 90) + 10}@example.com`;
  const instant = () => String(1_700_000_000_000 + Math.floor(random() * 60_000_000_000));
  return [
    {
      label: 'quotes',
      table: 'quote-lambda-tf-quotes',
      keys: [{ name: 'id', type: 'N' }],
      items: Array.from({ length: counts.quotes }, (_, n) => ({
        id: { N: String(n + 1) },
        quoteText: { S: `${pick(openings)} ${pick(turns)} ${pick(endings)}.` },
        author: { S: pick(authors) },
        likeCount: { N: String(Math.floor(random() * 400)) },
        tags: { SS: [...new Set([pick(tags), pick(tags)])] },
        createdAt: { N: instant() },
      })),
    },
    {
      label: 'user-likes',
      table: 'quote-lambda-tf-user-likes',
      keys: [
        { name: 'username', type: 'S' },
        { name: 'quoteId', type: 'N' },
      ],
      items: pairs(counts.likes, username, random).map(([user, quote], order) => ({
        username: { S: user },
        quoteId: { N: quote },
        likedAt: { N: instant() },
        order: { N: String(order) },
      })),
    },
    {
      label: 'user-views',
      table: 'quote-lambda-tf-user-views',
      keys: [
        { name: 'username', type: 'S' },
        { name: 'quoteId', type: 'N' },
      ],
      items: pairs(counts.views, username, random).map(([user, quote]) => ({
        username: { S: user },
        quoteId: { N: quote },
        viewedAt: { N: instant() },
        device: { M: { kind: { S: pick(['phone', 'laptop', 'tablet']) }, dark: { BOOL: random() < 0.5 } } },
      })),
    },
  ];
}

/** So many different pairs of a user and a quote. */
function pairs(count: number, username: () => string, random: () => number): readonly (readonly [string, string])[] {
  const found = new Map<string, readonly [string, string]>();
  while (found.size < count) {
    const pair = [username(), String(Math.floor(random() * counts.quotes) + 1)] as const;
    found.set(pair.join(' '), pair);
  }
  return [...found.values()];
}
