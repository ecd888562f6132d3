import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb';
import type { Consumed } from '../restore/speed.ts';

/** What a reply says it cost, over all of its tables; undefined: it does not say. */
export function unitsRead(consumed: ConsumedCapacity | readonly ConsumedCapacity[] | undefined): Consumed | undefined {
  const readUnits = sum(consumed);
  return readUnits === undefined ? undefined : { readUnits, writeUnits: 0 };
}

export function unitsWritten(
  consumed: ConsumedCapacity | readonly ConsumedCapacity[] | undefined,
): Consumed | undefined {
  const writeUnits = sum(consumed);
  return writeUnits === undefined ? undefined : { readUnits: 0, writeUnits };
}

/**
 * About what a write costs whose condition does not hold: the size of the item that is there in KB, and one unit where
 * there is none ("Condition expressions", Developer Guide). AWS does not tell it.
 */
export function unitsOfRefusal(item: object | undefined): Consumed {
  const bytes = item === undefined ? 0 : Buffer.byteLength(JSON.stringify(item));
  return { readUnits: 0, writeUnits: Math.max(1, Math.ceil(bytes / 1024)) };
}

function sum(consumed: ConsumedCapacity | readonly ConsumedCapacity[] | undefined): number | undefined {
  if (consumed === undefined) return undefined;
  if (!('length' in consumed)) return consumed.CapacityUnits;
  const units = consumed.flatMap(({ CapacityUnits }) => CapacityUnits ?? []);
  return units.length === 0 ? undefined : units.reduce((total, one) => total + one, 0);
}
