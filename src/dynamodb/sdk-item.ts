import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Item } from '../restore/item.ts';

/**
 * An item in the SDK's type, unchanged. The SDK's types want binaries as bytes; a client with the wire protocol sends
 * what it is given, and never looks inside.
 */
export function asSdkItem(item: Item): Record<string, AttributeValue> {
  return item as unknown as Record<string, AttributeValue>;
}
