import { isDeepStrictEqual } from 'node:util';
import { AwsError, invalid } from '../../aws-error.ts';
import { optionalList, optionalRecord, optionalText, record, text, type Wire } from '../../wire.ts';
import { type Item, itemBytes, readItem } from '../item.ts';
import type { Operation } from '../operation.ts';
import type { Region } from '../region.ts';
import type { SandboxTable } from '../table.ts';
import { takeAll } from '../turns.ts';
import { decideCondition } from './condition-check.ts';
import { keyOrNone, put, remove, update } from './items.ts';

type Action = {
  readonly kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  readonly table: SandboxTable;
  readonly key: string;
  readonly attributes: Item;
  readonly body: Wire;
};

const kinds = ['Put', 'Update', 'Delete', 'ConditionCheck'] as const;
const maxActions = 100;
const maxBytes = 4 * 1_048_576;
const tokenLifeMs = 10 * 60_000;

const transactWriteItems: Operation = async ({ region, body }) => {
  const token = optionalText(body, 'ClientRequestToken');
  const { ClientRequestToken: _, ReturnConsumedCapacity: __, ...content } = body;
  const actions = readActions(region, body);
  return takeAll(turnsOf(actions), async () => {
    const now = region.world.clock();
    const done = token === undefined ? undefined : region.transactions.get(token);
    if (done !== undefined && now - done.at < tokenLifeMs) {
      if (!isDeepStrictEqual(done.content, content)) {
        throw new AwsError(
          'IdempotentParameterMismatchException',
          'The request uses the same client token as a previous, but non-identical request.',
        );
      }
      return capacity(body, actions);
    }
    await decideAll(region, actions);
    await actAll(region, actions);
    if (token !== undefined) region.transactions.set(token, { at: now, content });
    return capacity(body, actions);
  });
};

function readActions(region: Region, body: Wire): Action[] {
  const items = optionalList(body, 'TransactItems') ?? [];
  if (items.length < 1 || items.length > maxActions) {
    throw invalid(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${items.length < 1 ? 'greater than or equal to 1' : 'less than or equal to 100'}`,
    );
  }
  const actions = items.map((item) => readAction(region, record(item)));
  if (new Set(actions.map(({ table, key }) => `${table.name}/${key}`)).size < actions.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
  if (actions.reduce((sum, { attributes }) => sum + itemBytes(attributes), 0) > maxBytes) {
    throw invalid('Collective size of all items in the transaction request cannot exceed 4MB');
  }
  return actions;
}

function readAction(region: Region, item: Wire): Action {
  const [kind, second] = kinds.filter((name) => optionalRecord(item, name) !== undefined);
  const sent = kind === undefined ? undefined : optionalRecord(item, kind);
  if (kind === undefined || second !== undefined || sent === undefined) {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  const table = region.usable(text(sent, 'TableName'));
  const member = kind === 'Put' ? 'Item' : 'Key';
  const attributes = readItem(sent[member]);
  const key = keyOrNone(table, attributes);
  if (key === undefined) throw invalid('The provided key element does not match the schema');
  return { kind, table, key, attributes, body: { ...sent, TableName: table.name, [member]: attributes } };
}

/** @throws AwsError TransactionCanceledException when a condition does not hold */
async function decideAll(region: Region, actions: readonly Action[]): Promise<void> {
  const reasons: Wire[] = [];
  for (const { body, table, key } of actions) {
    reasons.push(
      await decideCondition(region, body, table.history.current(key)).then(() => ({ Code: 'None' }), reasonOf),
    );
  }
  if (reasons.some(({ Code }) => Code !== 'None')) throw cancelled(reasons);
}

/** Acts in order; what fails half-way is taken back before anybody could see it. */
async function actAll(region: Region, actions: readonly Action[]): Promise<void> {
  const acted: { readonly action: Action; readonly before: Item | null }[] = [];
  for (const action of actions) {
    const before = action.table.history.current(action.key);
    try {
      await act(region, action);
      acted.push({ action, before });
    } catch (error) {
      const reason = reasonOf(error);
      for (const { action: done, before: image } of acted.reverse()) await undo(region, done, image);
      throw cancelled(actions.map((other) => (other === action ? reason : { Code: 'None' })));
    }
  }
}

async function act(region: Region, { kind, table, body }: Action): Promise<void> {
  switch (kind) {
    case 'Put':
      await put(region, table, body);
      return;
    case 'Update':
      await update(region, table, body);
      return;
    case 'Delete':
      await remove(region, table, body);
      return;
    case 'ConditionCheck':
      return;
  }
}

async function undo(region: Region, { table, key, attributes }: Action, image: Item | null): Promise<void> {
  table.history.takeBack(key);
  if (image !== null) await region.dynalite('PutItem', { TableName: table.name, Item: image });
  else await region.dynalite('DeleteItem', { TableName: table.name, Key: table.keyAttributes(attributes) });
}

function reasonOf(error: unknown): Wire {
  if (!(error instanceof AwsError)) throw error;
  if (error.name === 'ConditionalCheckFailedException') {
    return { Code: 'ConditionalCheckFailed', Message: error.message, ...error.members };
  }
  if (error.name === 'ValidationException') return { Code: 'ValidationError', Message: error.message };
  throw error;
}

function cancelled(reasons: readonly Wire[]): AwsError {
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

const transactGetItems: Operation = async ({ region, body }) => {
  const gets = (optionalList(body, 'TransactItems') ?? []).map((item) => {
    const get = optionalRecord(record(item), 'Get') ?? {};
    const table = region.usable(text(get, 'TableName'));
    const attributes = readItem(get['Key']);
    return { table, attributes, get, key: keyOrNone(table, attributes) };
  });
  const Responses = await takeAll(turnsOf(gets), async () => {
    const responses: Wire[] = [];
    for (const { table, attributes, get, key } of gets) {
      if (key !== undefined) await region.tell(table, [key]);
      const { Item } = await region.dynalite('GetItem', {
        ...get,
        TableName: table.name,
        Key: attributes,
        ConsistentRead: true,
      });
      responses.push(Item === undefined ? {} : { Item });
    }
    return responses;
  });
  return { Responses };
};

function turnsOf(actions: readonly { readonly table: SandboxTable }[]) {
  const tables = [...new Set(actions.map(({ table }) => table))];
  return tables.toSorted((left, right) => (left.name < right.name ? -1 : 1)).map(({ turns }) => turns);
}

/** A transaction's writes cost twice as much. */
function capacity(body: Wire, actions: readonly Action[]): Wire {
  const asked = optionalText(body, 'ReturnConsumedCapacity');
  if (asked !== 'TOTAL' && asked !== 'INDEXES') return {};
  const units = new Map<string, number>();
  for (const { table, attributes } of actions) {
    const cost = 2 * Math.max(1, Math.ceil(itemBytes(attributes) / 1024));
    units.set(table.name, (units.get(table.name) ?? 0) + cost);
  }
  return {
    ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({
      TableName,
      CapacityUnits,
      WriteCapacityUnits: CapacityUnits,
    })),
  };
}

export const transactionOperations: Readonly<Record<string, Operation>> = {
  TransactWriteItems: transactWriteItems,
  TransactGetItems: transactGetItems,
};
