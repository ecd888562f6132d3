import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { splitReply } from '../restore/comparison/raw-items.ts';
import { PageMemory, readInto } from './page-memory.ts';

type Protocol = NonNullable<DynamoDBClient['config']['protocol']>;

/** What of the SDK's protocol is changed here, with the types of what we touch. */
interface Translation {
  serializeRequest(operation: unknown, input: object, context: unknown): Promise<{ body?: unknown }>;
  deserializeResponse(operation: unknown, context: Context, response: Response): Promise<unknown>;
  setSerdeContext(context: unknown): void;
}
type Context = { streamCollector(stream: unknown): Promise<Uint8Array> };
type Response = { statusCode: number; headers: Record<string, string>; body?: unknown };

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
 * For requests about items only: on the wire a date is a number of seconds, and nobody converts it here.
 */
export function wireProtocol(sdk: Protocol): Protocol {
  const translating: Translation = sdk;
  const memory = new PageMemory();
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
      const large = await readInto(memory, response);
      const body = large ?? (await collected(context, response));
      if (response.statusCode >= 300) {
        // Its own view of the bytes: the SDK changes the prototype of what it is given.
        response.body = new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
        return translating.deserializeResponse(operation, context, response).catch((error: unknown) => {
          throw error instanceof ConditionalCheckFailedException ? withWireItem(error, body) : error;
        });
      }
      const $metadata = { httpStatusCode: response.statusCode, requestId: response.headers['x-amzn-requestid'] };
      return Object.assign(
        parsed(body, () => large && memory.giveBack(large)),
        { $metadata },
      );
    },
  } satisfies Translation);
}

async function collected({ streamCollector }: Context, { body }: Response): Promise<Buffer> {
  const { buffer, byteOffset, byteLength } = await streamCollector(body);
  return Buffer.from(buffer, byteOffset, byteLength);
}

function parsed(body: Buffer, onLetGo: () => void): object {
  const split = splitReply(body, onLetGo);
  if (split === undefined) {
    const text = body.toString('utf8');
    onLetGo();
    return JSON.parse(text);
  }
  const reply: object = JSON.parse(split.rest);
  return Object.defineProperty(Object.assign(reply, { RawItems: split.items }), 'Items', {
    get: () => split.items.parsed(),
  });
}

function withWireItem(error: ConditionalCheckFailedException, body: Buffer): ConditionalCheckFailedException {
  const { Item }: { readonly Item?: unknown } = JSON.parse(body.toString('utf8'));
  return Item === undefined ? error : Object.assign(error, { Item });
}
