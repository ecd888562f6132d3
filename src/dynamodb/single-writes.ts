import { randomUUID } from 'node:crypto';
import type {
  AttributeValue,
  ConsumedCapacity,
  DeleteItemCommandInput,
  DynamoDBClient,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import { DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { ItemsHttp, Request, WholeReply } from './items-http.ts';
import { objectIn } from './wire-protocol.ts';

/** How long the SDK's decisions about a request (endpoint, headers) are good for; then it makes them again. */
const decidedForMs = 60_000;

/** A write of one item, as it goes over the wire. */
export type SingleWrite =
  | { readonly operation: 'PutItem'; readonly input: PutItemCommandInput }
  | { readonly operation: 'UpdateItem'; readonly input: UpdateItemCommandInput }
  | { readonly operation: 'DeleteItem'; readonly input: DeleteItemCommandInput };

type WriteReply = {
  readonly Attributes?: Record<string, AttributeValue> | undefined;
  readonly ConsumedCapacity?: ConsumedCapacity | undefined;
};

/** Sends one write, once. @throws what the SDK makes of a refusal, or of a failure on the way */
export type SendWrite = (write: SingleWrite) => Promise<WriteReply>;

/** A request as the SDK had built it when only its signature was missing, and who signs it. */
type Decided = {
  readonly request: Request;
  readonly sign: (request: Request) => Promise<Request>;
  readonly at: number;
};

/** What of a handler's context is looked at here. */
type HandlerContext = {
  readonly __smithy_context?: {
    readonly selectedHttpAuthScheme?: {
      readonly signer: { sign(request: Request, identity: unknown, properties: object): Promise<Request> };
      readonly identity: unknown;
      readonly httpAuthOption: { readonly signingProperties?: object };
    };
  };
};

/** The SDK's type for what may be put into its way at any place. */
type Middleware = Parameters<DynamoDBClient['middlewareStack']['add']>[0];

/**
 * Has the SDK decide once a minute, and not for each of ten thousand writes, where those of a kind to a table go and
 * which headers they have: the first one goes its whole way, and those after it are the same request with another body.
 * That is a short path: the SDK's signer (with the credentials and the clock of that moment), `http`, `JSON.parse`.
 *
 * Whatever is not a success is for the SDK to read: the write then goes the whole way after all, with the reply that has
 * come instead of being sent, and the SDK decides anew. Retrying is nobody's business here: `client` must have
 * `maxAttempts: 1`. It must speak the wire protocol over `http`.
 */
export function singleWrites(client: DynamoDBClient, http: ItemsHttp): SendWrite {
  const decided = new Map<string, Decided>();
  const replies = new WeakMap<object, WholeReply>();
  const remember: Middleware = (next, context) => async (args) => {
    const sign = signerIn(context);
    if (sign !== undefined && isRequest(args.request)) {
      decided.set(placeOf(context.commandName, args.input), { request: args.request, sign, at: Date.now() });
    }
    return next(args);
  };
  const answer: Middleware = (next) => async (args) => {
    const response = replies.get(args.input);
    replies.delete(args.input);
    return response === undefined ? next(args) : ({ response } as never);
  };
  const { middlewareStack } = client;
  middlewareStack.addRelativeTo(remember, {
    relation: 'before',
    toMiddleware: 'httpSigningMiddleware',
    name: 'rememberDecisions',
  });
  middlewareStack.add(answer, { step: 'deserialize', priority: 'low', name: 'answerWithReply' });
  keepSigners(client.config);

  return async (write) => {
    const place = placeOf(`${write.operation}Command`, write.input);
    const known = decided.get(place);
    if (known === undefined || Date.now() - known.at >= decidedForMs) return sendWith(client, write);
    const response = await sendAs(known, write).catch((error: unknown) => {
      decided.delete(place);
      throw error;
    });
    const reply = successIn(response);
    if (reply !== undefined) return reply;
    replies.set(write.input, response);
    try {
      return await sendWith(client, write);
    } finally {
      // Nobody has read it where the SDK could not even sign. It must not be taken for the answer to another request.
      if (replies.delete(write.input)) response.letGo?.();
    }
  };

  async function sendAs({ request, sign }: Decided, { input }: SingleWrite): Promise<WholeReply> {
    const { response } = await http.handle(await sign(withBody(request, Buffer.from(JSON.stringify(input)))));
    return response;
  }
}

/** undefined: it is none, or no JSON object. */
function successIn({ statusCode, body, letGo }: WholeReply): WriteReply | undefined {
  if (statusCode >= 300) return undefined;
  try {
    const reply = objectIn(body.toString('utf8'));
    letGo?.();
    return reply;
  } catch {
    return undefined;
  }
}

async function sendWith(client: DynamoDBClient, { operation, input }: SingleWrite): Promise<WriteReply> {
  switch (operation) {
    case 'PutItem':
      return client.send(new PutItemCommand(input));
    case 'UpdateItem':
      return client.send(new UpdateItemCommand(input));
    case 'DeleteItem':
      return client.send(new DeleteItemCommand(input));
  }
}

function placeOf(command: string | undefined, input: object): string {
  return `${command} ${'TableName' in input ? input.TableName : ''}`;
}

function withBody(request: Request, body: Buffer): Request {
  const headers = {
    ...request.headers,
    'content-length': String(body.length),
    'amz-sdk-invocation-id': randomUUID(),
  };
  return { ...request, headers, body };
}

/** What the SDK has chosen to sign a request with (`selectedHttpAuthScheme`, which its own signing reads, too). */
function signerIn(context: HandlerContext): Decided['sign'] | undefined {
  const scheme = context.__smithy_context?.selectedHttpAuthScheme;
  if (scheme === undefined) return undefined;
  const { signer, identity, httpAuthOption } = scheme;
  return async (request) => signer.sign(request, identity, httpAuthOption.signingProperties ?? {});
}

/** The SDK makes a signer for every request. One asks for the credentials each time it signs, so it can be kept. */
function keepSigners(config: DynamoDBClient['config']): void {
  const { signer: makeSigner } = config;
  const kept = new Map<string, Awaited<ReturnType<typeof makeSigner>>>();
  config.signer = async (scheme) => {
    const place = JSON.stringify([scheme?.name, scheme?.signingName, scheme?.signingRegion]);
    const signer = kept.get(place) ?? (await makeSigner(scheme));
    kept.set(place, signer);
    return signer;
  };
}

function isRequest(request: unknown): request is Request {
  return typeof request === 'object' && request !== null && 'headers' in request && 'hostname' in request;
}
