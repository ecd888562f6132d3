import { AwsError } from '../../src/sandbox/aws-error.ts';
import { type Dynalite, loadDynalite } from '../../src/sandbox/dynamodb/dynalite.ts';
import type { Item } from '../../src/sandbox/dynamodb/item.ts';
import { operations } from '../../src/sandbox/dynamodb/operations.ts';
import { Region, type World } from '../../src/sandbox/dynamodb/region.ts';
import { jsonOf } from '../../src/sandbox/json-text.ts';
import type { Wire } from '../../src/sandbox/wire.ts';
import { noon } from './aws-sandbox.ts';

/** Asks dynalite each time. */
class AskingRegion extends Region {
  override isSound(): boolean {
    return false;
  }
}

const start = await loadDynalite();
export const tables = ['things', 'others'];

/** Two regions that are asked the same: one that trusts the forms it knows, and one that asks dynalite each time. */
export async function twoRegions() {
  let now = noon;
  const world: World = {
    clock: () => now,
    restoreMs: 0,
    latestLagMs: 0,
    deleteMs: 0,
    firstPolicyMs: 0,
    laterPolicyMs: 0,
    scanOrder: 'hash',
  };
  const asked: string[] = [];
  const counting = (dynalite: Dynalite): Dynalite => {
    return (operation, body) => {
      asked.push(operation);
      return dynalite(operation, body);
    };
  };
  const trusting = new Region('eu-central-1', world, counting(start()));
  const asking = new AskingRegion('eu-central-1', world, start());
  for (const region of [trusting, asking]) for (const table of tables) await createTable(region, table);
  asked.length = 0;
  return {
    trusting,
    asking,
    /** What the first of the two has asked dynalite so far. */
    asked,
    both: async (operation: string, body: Wire) => {
      now += 1_000;
      return [await outcome(trusting, operation, body), await outcome(asking, operation, body)] as const;
    },
  };
}

export async function createTable(region: Region, TableName: string, more: Wire = {}): Promise<void> {
  const names = ['pk', 'sk'];
  await outcome(region, 'CreateTable', {
    TableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: names.map((AttributeName, nth) => ({ AttributeName, AttributeType: nth === 0 ? 'S' : 'N' })),
    KeySchema: names.map((AttributeName, nth) => ({ AttributeName, KeyType: nth === 0 ? 'HASH' : 'RANGE' })),
    ...more,
  });
}

/** The reply, or the refusal, as it goes over the wire. */
async function outcome(region: Region, name: string, body: Wire): Promise<unknown> {
  const operation = operations[name];
  if (operation === undefined) throw new Error(`There is no ${name}`);
  const reply = await operation({ region, body }).catch((error: unknown) => {
    if (error instanceof AwsError) return { refused: error.name, because: error.message, ...error.members };
    throw error;
  });
  return JSON.parse(jsonOf(reply));
}

export const put = (pk: string, more: Item = {}) => ({
  PutRequest: { Item: { pk: { S: pk }, sk: { N: '1' }, ...more } },
});
export const gone = (pk: string) => ({ DeleteRequest: { Key: { pk: { S: pk }, sk: { N: '1' } } } });
