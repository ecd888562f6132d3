import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as send } from 'node:http';
import type { Call, Life } from './crash-life.ts';

/** The wire between one program and AWS. */
export type Wire = { readonly url: string; readonly close: () => Promise<void> };

/**
 * Lets the requests of a living program pass. Of a dead one nothing reaches AWS any more; what AWS was acting on is
 * finished there, and its reply is lost.
 */
export async function startWire(awsUrl: string, life: Life): Promise<Wire> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    // A connection that broke on one side breaks on the other.
    pass(request, response).catch(() => response.destroy());
  });

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    if (life.isOver()) return;
    const call = life.begins(nameOf(request, body));
    if (life.isOver()) return;
    const reply = await forward(request, body);
    life.reaches(call, 'after');
    if (life.isOver()) return;
    response.writeHead(reply.status, reply.headers);
    response.end(reply.body, () => delivered(call));
  }

  function delivered(call: Call): void {
    life.reaches(call, 'delivered');
  }

  function forward({ headers, url, method }: IncomingMessage, body: Buffer) {
    return new Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }>((resolve, reject) => {
      const outgoing = send(`${awsUrl}${url}`, { method: method ?? 'POST', headers, agent }, (incoming) => {
        readAll(incoming).then(
          (content) => resolve({ status: incoming.statusCode ?? 500, headers: incoming.headers, body: content }),
          reject,
        );
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server on a port has an address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        agent.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** `PutItem quotes-table`; a restore table is `quotes-table-restore` whenever it was made. `AssumeRole`, which is STS's. */
function nameOf({ headers }: IncomingMessage, body: Buffer): string {
  const target = headers['x-amz-target'];
  if (target === undefined) return new URLSearchParams(body.toString()).get('Action') ?? '';
  const operation = String(target).split('.')[1] ?? '';
  const order = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
  const batch = Object.keys((order['RequestItems'] as object | undefined) ?? {});
  const table = String(order['TableName'] ?? order['SourceTableName'] ?? order['ResourceArn'] ?? batch[0] ?? '');
  return `${operation} ${table.replace(/.*table\//, '').replace(/-restore-.*/, '-restore')}`.trim();
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
