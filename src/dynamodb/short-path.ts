import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** How long the SDK's decisions about a request (endpoint, headers) are good for; then it makes them again. */
const decidedForMs = 60_000;

/** A request as the SDK had built it when only its signature was missing, and the rest of its way from there on. */
type Decided<Send> = {
  readonly request: { readonly headers: Readonly<Record<string, string>> };
  readonly rest: Send;
  readonly at: number;
};

/** The SDK's type for what may be put into its way at any place. */
type Middleware = Parameters<DynamoDBClient['middlewareStack']['add']>[0];

/**
 * Has the SDK decide once a minute, and not for each of ten thousand requests, where those of a kind to a table go and
 * which headers they have: the first one goes its whole way, and those after it are the same request with another body,
 * for less than half of the processor time. Signing (with the credentials and the clock of that moment), sending, and the
 * reading of replies and errors stay the SDK's for every request; its retrying is left out, so `client` must have
 * `maxAttempts: 1`. After a failure the next request goes the whole way again.
 *
 * `client` must speak the wire protocol and have `cacheMiddleware: true`, and nobody may give options to its `send`: the
 * SDK begins anew then. For requests that name one table (`TableName`); others go the whole way.
 */
export function takeShortPath({ middlewareStack, config }: DynamoDBClient): void {
  // With cached middleware, requests of a kind share their context.
  const decided = new WeakMap<object, Map<string, Decided<never>>>();
  middlewareStack.add(
    (next, context) => async (args) => {
      const tables: ReadonlyMap<string, Decided<typeof next>> | undefined = decided.get(context);
      const table = tableOf(args.input);
      const known = table === undefined ? undefined : tables?.get(table);
      if (table === undefined || known === undefined || Date.now() - known.at >= decidedForMs) return next(args);
      try {
        const toSend = { input: args.input, request: withBody(known.request, JSON.stringify(args.input)) };
        return await known.rest(toSend);
      } catch (error) {
        decided.get(context)?.delete(table);
        throw error;
      }
    },
    { step: 'initialize', priority: 'high', name: 'shortPathBegins' },
  );
  const ends: Middleware = (next, context) => async (args) => {
    const table = tableOf(args.input);
    if (table !== undefined && hasHeaders(args.request)) {
      const tables = decided.get(context) ?? new Map<string, Decided<never>>();
      decided.set(context, tables.set(table, { request: args.request, rest: next as never, at: Date.now() }));
    }
    return next(args);
  };
  middlewareStack.addRelativeTo(ends, {
    relation: 'before',
    toMiddleware: 'httpSigningMiddleware',
    name: 'shortPathEnds',
  });
  keepSigners(config);
}

function withBody(request: Decided<never>['request'], body: string): object {
  const headers = {
    ...request.headers,
    'content-length': String(Buffer.byteLength(body)),
    'amz-sdk-invocation-id': randomUUID(),
  };
  return { ...request, headers, body };
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

function tableOf(input: object): string | undefined {
  return 'TableName' in input && typeof input.TableName === 'string' ? input.TableName : undefined;
}

function hasHeaders(request: unknown): request is Decided<never>['request'] {
  return typeof request === 'object' && request !== null && 'headers' in request;
}
