import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  ThrottlingException,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { itemsHttp } from '../../src/dynamodb/items-http.ts';
import { wireProtocol } from '../../src/dynamodb/wire-protocol.ts';
import { awsError, cannedAws, type Reply } from './canned-aws.ts';

// What the SDK's own translation would spell anew: base64 with loose bits, digits beyond a double, sets in their order.
const image = {
  id: { B: 'AAECAx==' },
  n: { N: '-12345678901234567890123456789012345678.0' },
  set: { NS: ['3', '1.0', '2'] },
  ['__proto__']: { S: 'ü𝄞' },
};

const timeouts = { connectTimeoutMs: 5_000, silenceMs: 5_000 };

async function wireClient(...replies: readonly Reply[]) {
  const aws = await cannedAws((_, nth) => replies[nth - 1] ?? { body: {} });
  const config = {
    region: 'eu-central-1',
    endpoint: aws.url,
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' },
  };
  const sdk = new DynamoDBClient(config);
  const wire = new DynamoDBClient({
    ...config,
    protocol: wireProtocol(sdk.config.protocol),
    requestHandler: itemsHttp(timeouts),
  });
  onTestFinished(() => {
    sdk.destroy();
    wire.destroy();
  });
  return { aws, wire };
}

/** The SDK's types want bytes where the wire has base64. */
const asSdk = (item: unknown) => item as Record<string, never>;

describe('single writes on the wire path', () => {
  test('go out as they are, whatever an SDK update makes of its own translation', async () => {
    const { aws, wire } = await wireClient();
    const key = { id: image.id };
    const put = { TableName: 't', Item: asSdk(image), ReturnValues: 'ALL_OLD' } as const;
    const update = {
      TableName: 't',
      Key: asSdk(key),
      UpdateExpression: 'SET #a = :a',
      ExpressionAttributeNames: { '#a': '__proto__' },
      ExpressionAttributeValues: asSdk({ ':a': image.set }),
    };
    await wire.send(new PutItemCommand(put));
    await wire.send(new UpdateItemCommand(update));
    await wire.send(new DeleteItemCommand({ TableName: 't', Key: asSdk(key) }));
    expect(aws.requests.map(({ raw }) => raw)).toEqual([
      JSON.stringify(put),
      JSON.stringify(update),
      JSON.stringify({ TableName: 't', Key: key }),
    ]);
    expect(aws.requests.map(({ headers }) => headers['x-amz-target'])).toEqual([
      'DynamoDB_20120810.PutItem',
      'DynamoDB_20120810.UpdateItem',
      'DynamoDB_20120810.DeleteItem',
    ]);
  });

  test('tell what they replaced, and what it cost, as it was on the wire', async () => {
    const { wire } = await wireClient({ body: { Attributes: image, ConsumedCapacity: { CapacityUnits: 2.5 } } });
    const reply = await wire.send(new PutItemCommand({ TableName: 't', Item: asSdk(image) }));
    expect(JSON.stringify(reply.Attributes)).toBe(JSON.stringify(image));
    expect(reply.ConsumedCapacity?.CapacityUnits).toBe(2.5);
  });

  test('whose condition fails keep the SDK’s class and the item as it was on the wire', async () => {
    const { wire } = await wireClient(awsError('ConditionalCheckFailedException', { Item: image }));
    const error: unknown = await wire
      .send(new PutItemCommand({ TableName: 't', Item: asSdk(image) }))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error instanceof ConditionalCheckFailedException && JSON.stringify(error.Item)).toBe(JSON.stringify(image));
  });

  test('that are throttled tell the reason, which is spelled in another way here', async () => {
    const reason = { reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:aws:dynamodb:x' };
    const { wire } = await wireClient(awsError('ThrottlingException', { throttlingReasons: [reason] }));
    const error: unknown = await wire
      .send(new PutItemCommand({ TableName: 't', Item: asSdk(image) }))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ThrottlingException);
    expect(error).toMatchObject({ throttlingReasons: [reason] });
  });
});
