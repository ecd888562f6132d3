import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../restore/item.ts';

/**
 * An item in the SDK's type, unchanged. The SDK's types want binaries as bytes; a client with the wire protocol sends
 * what it is given, and never looks inside.
 */
export function asSdkItem(item: Item): Record<string, AttributeValue> {
  return item as unknown as Record<string, AttributeValue>;
}

/**
 * The item that a client with the wire protocol has received: wire values, whatever the SDK's type says. No item has no
 * attributes, so an empty one means that there was none.
 */
export function asItem(received: Record<string, AttributeValue> | undefined): Item | undefined {
  return received === undefined || Object.keys(received).length === 0 ? undefined : (received as unknown as Item);
}
