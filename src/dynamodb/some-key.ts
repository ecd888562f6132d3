import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { TableDescription } from '../restore/ports.ts';

/** A key of the table's form, for requests that must not come upon anything. A number cannot say whose it is. */
export function someKey(
  { keySchema, keyTypes }: Pick<TableDescription, 'keySchema' | 'keyTypes'>,
  text: string,
): Record<string, AttributeValue> {
  const { partition, sort } = keySchema;
  return {
    [partition]: wireValue(keyTypes.partition, text),
    ...(sort === undefined ? {} : { [sort]: wireValue(keyTypes.sort ?? 'S', text) }),
  };
}

function wireValue(type: 'S' | 'N' | 'B', text: string): AttributeValue {
  switch (type) {
    case 'S':
      return { S: text };
    case 'N':
      return { N: '0' };
    case 'B':
      return { B: new TextEncoder().encode(text) };
  }
}
