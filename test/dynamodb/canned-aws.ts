import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export type Request = {
  /** `Scan`, `BatchWriteItem` …; `AssumeRole` for STS. */
  readonly operation: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever a client has sent
  readonly input: any;
  readonly raw: string;
  readonly headers: IncomingMessage['headers'];
};

/** A reply as it goes over the wire, or something worse. */
export type Reply =
  | { readonly status?: number; readonly body: unknown; readonly date?: Date }
  | { readonly status?: number; readonly text: string; readonly type?: string; readonly isProxy?: true }
  /** Cut the connection: before any reply, or in the middle of one. */
  | { readonly cut: 'before' | 'within' }
  /** Never answer, or begin to answer and stop. */
  | { readonly silent: 'before' | 'within' };

export type CannedAws = { readonly url: string; readonly requests: readonly Request[] };

/** A server that answers with what the test says: for the faults no sandbox and no AWS produces on demand. */
export async function cannedAws(answer: (request: Request, nth: number) => Reply | Promise<Reply>): Promise<CannedAws> {
  const requests: Request[] = [];
  const server = createServer(async (message, response) => {
    const request = await read(message);
    requests.push(request);
    send(await answer(request, requests.length), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

/** An error as DynamoDB's JSON protocol carries it. */
export function awsError(name: string, extra: object = {}, status = 400): Reply {
  return {
    status,
    body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: `AWS says ${name}`, ...extra },
  };
}

async function read(message: IncomingMessage): Promise<Request> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  const raw = Buffer.concat(chunks).toString('utf8');
  const target = message.headers['x-amz-target'];
  if (typeof target === 'string') {
    return { operation: target.split('.')[1] ?? '', input: JSON.parse(raw), raw, headers: message.headers };
  }
  const form = Object.fromEntries(new URLSearchParams(raw));
  return { operation: form['Action'] ?? '', input: form, raw, headers: message.headers };
}

function send(reply: Reply, response: ServerResponse): void {
  if (!('isProxy' in reply)) response.setHeader('x-amzn-requestid', 'CANNED');
  if ('cut' in reply || 'silent' in reply) {
    const within = 'cut' in reply ? reply.cut === 'within' : reply.silent === 'within';
    if (within) {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0', 'content-length': 1000 });
      response.write('{"Items":[');
    }
    if ('cut' in reply) setImmediate(() => response.destroy());
    return;
  }
  if ('date' in reply && reply.date !== undefined) response.setHeader('date', reply.date.toUTCString());
  const text = 'text' in reply ? reply.text : JSON.stringify(reply.body);
  const type = ('type' in reply ? reply.type : undefined) ?? 'application/x-amz-json-1.0';
  response.writeHead(reply.status ?? 200, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
