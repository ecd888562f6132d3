import { createHash } from 'node:crypto';
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  ProvisionedThroughputExceededException,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { describe, expect, onTestFinished, test } from 'vitest';
import { itemsHttp } from '../../src/dynamodb/items-http.ts';
import { wireProtocol } from '../../src/dynamodb/wire-protocol.ts';
import type { Reply } from './canned-aws.ts';
import { awsError, cannedAws } from './canned-aws.ts';

const timeouts = { connectTimeoutMs: 5_000, silenceMs: 5_000 };

// Text, not objects: what counts is what travels.
const items = [
  `{"id":{"S":""},"n":{"N":"-12345678901234567890123456789012345678"},"tiny":{"N":"1E-130"},"one":{"N":"1.0"}}`,
  `{"id":{"B":"AAECAw=="},"none":{"B":""},"odd":{"B":"AAECAx=="},"set":{"BS":["/w==","AA=="]}}`,
  `{"id":{"S":"sets"},"ns":{"NS":["3","1","2.50"]},"ss":{"SS":["b","a",""]},"no":{"NULL":true},"f":{"BOOL":false}}`,
  `{"id":{"S":"deep"},"m":{"M":{"l":{"L":[{"M":{}},{"L":[]},{"B":"+/+/"},{"N":"0"}]},"":{"S":"\\u0000 \\"ü𝄞"}}}}`,
  `{"id":{"S":"names"},"__proto__":{"S":"x"},"constructor":{"N":"1"},"toString":{"M":{"__proto__":{"B":"AA=="}}}}`,
].map((text) => JSON.stringify(JSON.parse(text)));

async function wireClient(reply: Reply) {
  const aws = await cannedAws(() => reply);
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
  return { aws, sdk, wire };
}

describe('the wire protocol', () => {
  test('carries items from a scan to a write bit for bit', async () => {
    const { aws, wire } = await wireClient({ text: `{"Count":5,"Items":[${items.join(',')}]}` });
    const page = await wire.send(new ScanCommand({ TableName: 't' }));
    await wire.send(
      new BatchWriteItemCommand({ RequestItems: { t: (page.Items ?? []).map((Item) => ({ PutRequest: { Item } })) } }),
    );

    const puts = items.map((text) => `{"PutRequest":{"Item":${text}}}`);
    expect(aws.requests[1]?.raw).toBe(`{"RequestItems":{"t":[${puts.join(',')}]}}`);
  });

  test('is needed: the SDK on its own rewrites binaries', async () => {
    const { aws, sdk } = await wireClient({ text: `{"Items":[${items[1]}]}` });
    const page = await sdk.send(new ScanCommand({ TableName: 't' }));
    expect(page.Items?.[0]?.['none']?.B).toBeInstanceOf(Uint8Array);
    await sdk.send(
      new BatchWriteItemCommand({ RequestItems: { t: (page.Items ?? []).map((Item) => ({ PutRequest: { Item } })) } }),
    );
    expect(aws.requests[1]?.raw).not.toContain('AAECAx==');
  });

  test('leaves address, headers, signature and metadata to the SDK', async () => {
    const { aws, wire } = await wireClient({ text: '{"Items":[]}' });
    const page = await wire.send(new ScanCommand({ TableName: 'tä', ConsistentRead: true }));

    const [request] = aws.requests;
    expect(request?.raw).toBe('{"TableName":"tä","ConsistentRead":true}');
    expect(request?.headers).toMatchObject({
      'x-amz-target': 'DynamoDB_20120810.Scan',
      'content-type': 'application/x-amz-json-1.0',
      'content-length': String(Buffer.byteLength(request?.raw ?? '')),
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKIDTEST\/\d{8}\/eu-central-1\/dynamodb\//),
    });
    expect(page.$metadata).toMatchObject({ httpStatusCode: 200, requestId: 'CANNED', attempts: 1 });
  });

  test('signs the body it sends', async () => {
    const { aws, wire } = await wireClient({ text: '{"Items":[]}' });
    await wire.send(new ScanCommand({ TableName: 't', Segment: 3, TotalSegments: 8 }));

    const { raw = '', headers } = aws.requests[0] ?? {};
    expect(headers?.['x-amz-content-sha256']).toBe(createHash('sha256').update(raw).digest('hex'));
    expect(headers?.authorization).toMatch(/SignedHeaders=[a-z0-9;-]*x-amz-content-sha256/);
  });

  test('leaves errors to the SDK: they keep their class and their members', async () => {
    const reason = { reason: 'TableReadMaxOnDemandThroughputExceeded', resource: 'arn:aws:dynamodb:x' };
    const { wire } = await wireClient(
      awsError('ProvisionedThroughputExceededException', { ThrottlingReasons: [reason] }),
    );
    const error: unknown = await wire.send(new ScanCommand({ TableName: 't' })).catch((thrown: unknown) => thrown);

    expect(error).toBeInstanceOf(ProvisionedThroughputExceededException);
    expect(error).toMatchObject({ ThrottlingReasons: [reason], $metadata: { httpStatusCode: 400 } });
  });

  test('the SDK still has the logger that the adapter removes', async () => {
    const { sdk } = await wireClient({ text: '{}' });
    expect(sdk.middlewareStack.remove('loggerMiddleware')).toBe(true);
  });
});
