import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { ItemsHttp, Request, WholeReply } from './items-http.ts';
import type { SingleWrite } from './send-command.ts';
import { sendCommand, writeIn } from './send-command.ts';

/** How long the SDK's decisions about a request (endpoint, headers) are good for; then it makes them again. */
const decidedForMs = 60_000;

/** A write of one item as it goes over the wire: plain data, as it may be another thread that sends it. */
export type Posting = {
  readonly operation: SingleWrite['operation'];
  readonly table: string;
  /** The request's JSON. */
  readonly body: string;
};

/** The reply to it, whatever it says. */
export type Posted = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/**
 * Sends one write, once. `beforeSend` is called when it is signed and about to go, and may say by throwing that it must not.
 * @throws NotSent, or what failed on the way there or back
 */
export type PostWrite = (posting: Posting, beforeSend?: () => void) => Promise<Posted>;

/** AWS has not heard of it: it could not even be signed, for want of credentials, say. */
export class NotSent extends Error {
  override readonly name: string = 'NotSent';

  constructor(cause?: unknown) {
    super('not sent', { cause });
  }
}

/** It was handed over too long ago: whether it may be sent has to be asked again. Told and tried again like a network's timeout. */
export class WaitedTooLong extends NotSent {
  override readonly name = 'TimeoutError';
}

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
 * That is a short path: the SDK's signer (with the credentials and the clock of that moment), and `http`.
 *
 * Nobody reads the replies here; a `replyReader` of the same client has the SDK decide anew, and learn of a wrong clock.
 * Retrying is nobody's business either: `client` must have `maxAttempts: 1`. It must speak the wire protocol over `http`.
 */
export function postWrites(client: DynamoDBClient, http: ItemsHttp): PostWrite {
  const decided = new Map<string, Decided>();
  const due = new WeakMap<object, () => void>();
  const sent = new WeakSet<object>();
  const overheard = new WeakMap<object, Posted>();
  const remember: Middleware = (next, context) => async (args) => {
    const sign = signerIn(context);
    if (sign !== undefined && isRequest(args.request)) {
      decided.set(placeOf(context.commandName, args.input), { request: args.request, sign, at: Date.now() });
    }
    return next(args);
  };
  const overhear: Middleware = (next) => async (args) => {
    due.get(args.input)?.();
    sent.add(args.input);
    const result = await next(args);
    overheard.set(args.input, postedIn(result.response as WholeReply));
    return result;
  };
  const { middlewareStack } = client;
  middlewareStack.addRelativeTo(remember, {
    relation: 'before',
    toMiddleware: 'httpSigningMiddleware',
    name: 'rememberDecisions',
  });
  middlewareStack.add(overhear, { step: 'deserialize', priority: 'low', name: 'overhearReply' });
  keepSigners(client.config);

  return async (posting, beforeSend = () => undefined) => {
    const place = placeOf(`${posting.operation}Command`, { TableName: posting.table });
    const known = decided.get(place);
    if (known === undefined || Date.now() - known.at >= decidedForMs) return goWholeWay(posting, beforeSend);
    try {
      return await goShortWay(known, posting, beforeSend);
    } catch (error) {
      decided.delete(place);
      throw error;
    }
  };

  async function goWholeWay({ operation, body }: Posting, beforeSend: () => void): Promise<Posted> {
    const write = writeIn(operation, body);
    due.set(write.input, beforeSend);
    const failure = await sendCommand(client, write).then(
      () => undefined,
      (error: unknown) => error,
    );
    const posted = overheard.get(write.input);
    if (posted !== undefined) return posted;
    throw sent.has(write.input) || failure instanceof NotSent ? failure : new NotSent(failure);
  }

  async function goShortWay({ request, sign }: Decided, { body }: Posting, beforeSend: () => void): Promise<Posted> {
    const signed = await sign(withBody(request, Buffer.from(body))).catch((cause: unknown) => {
      throw new NotSent(cause);
    });
    beforeSend();
    const { response } = await http.handle(signed);
    const posted = postedIn(response);
    response.letGo?.();
    return posted;
  }
}

/** Nobody looks at the headers of a success, and they may have a way to go. */
function postedIn({ statusCode, headers, body }: WholeReply): Posted {
  return { statusCode, headers: statusCode < 300 ? {} : headers, body: body.toString('utf8') };
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
