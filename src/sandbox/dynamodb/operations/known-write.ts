import { JsonText } from '../../json-text.ts';
import type { Wire } from '../../wire.ts';
import { meets } from '../condition/evaluate.ts';
import { parseCondition } from '../condition/parse.ts';
import { checkItemSize, type Item } from '../item.ts';
import { StoredItem } from '../stored-item.ts';
import type { SandboxTable } from '../table.ts';
import { conditionFailed } from './condition-check.ts';
import type { PlainWrite } from './known-form.ts';
import { actionsIn } from './update-actions.ts';

const kinds = { PutItem: 'put', UpdateItem: 'update', DeleteItem: 'delete' } as const;

/**
 * Carries out a write of a form that dynalite has found well made.
 * @param at milliseconds since the epoch
 * @throws AwsError ConditionalCheckFailedException; ValidationException for an item that is too large
 */
export function knownWrite(table: SandboxTable, write: PlainWrite, at: number): Wire {
  const { name, attributes, condition, names, values } = write;
  const key = table.keyOf(attributes);
  const current = table.history.stored(key);
  const item = current?.item ?? null;
  const put = name === 'PutItem' ? new StoredItem(attributes) : null;
  // A put is as large as it is, whatever its condition.
  if (put !== null) checkItemSize(put.bytes);
  if (condition !== undefined && !meets({ item, names, values }, parseCondition(condition))) {
    throw conditionFailed(write.returnsOldOnFailure ? item : null);
  }
  const image = name === 'UpdateItem' ? new StoredItem(updated(item ?? attributes, write)) : put;
  if (image !== null) checkItemSize(image.bytes);
  if (image !== null || current !== null) {
    table.record(key, attributes, { at, kind: kinds[name], image });
    table.untold.add(key);
  }
  return {
    ...(write.returnsOld && current !== null && { Attributes: new JsonText(current.json) }),
    ...(write.returnsCapacity && {
      ConsumedCapacity: { TableName: table.name, CapacityUnits: writeUnits(current, image) },
    }),
  };
}

/** What a write costs: one unit for each kilobyte of the larger of what was there and what is there now. */
export function writeUnits(before: StoredItem | null, after: StoredItem | null): number {
  return Math.max(1, Math.ceil(Math.max(before?.bytes ?? 0, after?.bytes ?? 0) / 1024));
}

function updated(item: Item, { update = '', names, values }: PlainWrite): Item {
  const image = new Map(Object.entries(item));
  for (const { name, value } of actionsIn(update) ?? []) {
    const attribute = names[name] ?? name;
    const assigned = value === undefined ? undefined : values[value];
    if (assigned === undefined) image.delete(attribute);
    else image.set(attribute, assigned);
  }
  return Object.fromEntries(image);
}
