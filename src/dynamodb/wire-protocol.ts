import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { splitReply } from '../restore/comparison/raw-items.ts';
import type { WholeReply } from './items-http.ts';

type Protocol = NonNullable<DynamoDBClient['config']['protocol']>;

/** What of the SDK's protocol is changed here, with the types of what we touch. */
interface Translation {
  serializeRequest(operation: unknown, input: object, context: unknown): Promise<{ body?: unknown }>;
  deserializeResponse(operation: unknown, context: unknown, response: Reply): Promise<unknown>;
  setSerdeContext(context: unknown): void;
}
type Reply = Omit<WholeReply, 'body'> & { readonly body: Uint8Array };

/**
 * DynamoDB's JSON protocol without its translation: what a command is given goes out through JSON.stringify, and a
 * successful reply comes back through JSON.parse. So an item is on its way out what it was on its way in (the SDK would
 * turn each binary into bytes and back), and many more of them pass in a second. The items of a scan are not even parsed
 * before somebody looks at them: they are in the reply as `RawItems`, too.
 *
 * Everything else stays the SDK's: endpoint and headers of a request (`sdk` builds it around an empty body), signing,
 * credentials, retries, and the reading of errors; only the item that a failed condition tells of is as on the wire, too.
 * Bodies are not checked against the `x-amz-crc32` header; the SDK does not do it either: TLS and the content length
 * already tell a damaged or a cut body.
 *
 * For requests about items only: on the wire a date is a number of seconds, and nobody converts it here. The client's
 * requests have to go over `itemsHttp`.
 */
export function wireProtocol(sdk: Protocol): Protocol {
  const translating: Translation = sdk;
  const wire: Protocol = Object.create(sdk);
  return Object.assign(wire, {
    // `sdk` belongs to the client it was taken from, and keeps that client's context.
    setSerdeContext() {},

    async serializeRequest(operation, input, context) {
      const request = await translating.serializeRequest(operation, {}, context);
      request.body = JSON.stringify(input);
      return request;
    },

    async deserializeResponse(operation, context, response) {
      const { statusCode, headers, letGo } = response;
      const body = Buffer.from(response.body.buffer, response.body.byteOffset, response.body.byteLength);
      if (statusCode >= 300) {
        // Its own copy of the bytes, whose prototype the SDK changes.
        const toRead = { ...response, body: new Uint8Array(body) };
        letGo?.();
        return translating.deserializeResponse(operation, context, toRead).catch((error: unknown) => {
          throw error instanceof ConditionalCheckFailedException ? withWireItem(error, toRead.body) : error;
        });
      }
      const $metadata = { httpStatusCode: statusCode, requestId: headers['x-amzn-requestid'] };
      return Object.assign(parsed(body, letGo), { $metadata });
    },
  } satisfies Translation);
}

function parsed(body: Buffer, onLetGo?: () => void): object {
  const split = splitReply(body, onLetGo);
  if (split === undefined) {
    const text = body.toString('utf8');
    onLetGo?.();
    return objectIn(text);
  }
  const reply = objectIn(split.rest);
  return Object.defineProperty(Object.assign(reply, { RawItems: split.items }), 'Items', {
    get: () => split.items.parsed(),
  });
}

/** @throws SyntaxError: something else has answered in DynamoDB's place */
export function objectIn(text: string): object {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new SyntaxError('It is no JSON object');
  return value;
}

function withWireItem(error: ConditionalCheckFailedException, body: Uint8Array): ConditionalCheckFailedException {
  const { Item }: { readonly Item?: unknown } = JSON.parse(Buffer.from(body).toString('utf8'));
  return Item === undefined ? error : Object.assign(error, { Item });
}
