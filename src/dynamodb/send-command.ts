import type {
  AttributeValue,
  ConsumedCapacity,
  DeleteItemCommandInput,
  DynamoDBClient,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';

/** A write of one item, as it goes over the wire. */
export type SingleWrite =
  | { readonly operation: 'PutItem'; readonly input: PutItemCommandInput }
  | { readonly operation: 'UpdateItem'; readonly input: UpdateItemCommandInput }
  | { readonly operation: 'DeleteItem'; readonly input: DeleteItemCommandInput };

/** What of its reply is looked at. */
export type WriteReply = {
  readonly Attributes?: Record<string, AttributeValue> | undefined;
  readonly ConsumedCapacity?: ConsumedCapacity | undefined;
};

/** Sends a write the SDK's whole way. */
export async function sendCommand(client: DynamoDBClient, { operation, input }: SingleWrite): Promise<WriteReply> {
  switch (operation) {
    case 'PutItem':
      return client.send(new PutItemCommand(input));
    case 'UpdateItem':
      return client.send(new UpdateItemCommand(input));
    case 'DeleteItem':
      return client.send(new DeleteItemCommand(input));
  }
}

/** The write that a request's JSON is. */
export function writeIn(operation: SingleWrite['operation'], body: string): SingleWrite {
  return { operation, input: JSON.parse(body) };
}
