import { EventEmitter } from 'node:events';
import type { Server } from 'node:http';
import { AwsError } from '../aws-error.ts';
import { isRecord, optionalText, type Wire } from '../wire.ts';

/** Runs one DynamoDB operation. @throws AwsError what DynamoDB would answer */
export type Dynalite = (operation: string, body: Wire) => Promise<Wire>;

const missingPackage = 'The sandbox needs the optional package dynalite: npm install --include=optional';

/**
 * Loads dynalite and returns what starts one with an empty memory.
 *
 * It is called through its HTTP server's `request` event, in this process: no socket and no port between it and us.
 * @throws Error when the optional package is not installed
 */
export async function loadDynalite(): Promise<() => Dynalite> {
  const create = await import('dynalite').then(
    (module) => module.default,
    (cause: unknown) => {
      throw new Error(missingPackage, { cause });
    },
  );
  return () => {
    const server = create({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
    return async (operation, body) => {
      const { status, reply } = await request(server, operation, body);
      if (status === 200) return reply;
      const type = optionalText(reply, '__type') ?? 'InternalServerError';
      const message = optionalText(reply, 'message') ?? optionalText(reply, 'Message') ?? '';
      throw new AwsError(type.slice(type.indexOf('#') + 1), message);
    };
  };
}

function request(server: Server, operation: string, body: Wire): Promise<{ status: number; reply: Wire }> {
  return new Promise((resolve, reject) => {
    const incoming = Object.assign(new EventEmitter(), {
      method: 'POST',
      url: '/',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=s/20260101/r/dynamodb/aws4_request, SignedHeaders=host, Signature=s',
      },
    });
    const outgoing = {
      statusCode: 200,
      setHeader: () => undefined,
      end(text = '') {
        const reply: unknown = text === '' ? {} : JSON.parse(text);
        if (isRecord(reply)) resolve({ status: this.statusCode, reply });
        else reject(new Error(`dynalite answered ${operation} with something other than an object`));
      },
    };
    server.emit('request', incoming, outgoing);
    incoming.emit('data', Buffer.from(JSON.stringify(body)));
    incoming.emit('end');
  });
}
