import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { itemsHttp, type Request } from '../../src/dynamodb/items-http.ts';
import { cannedAws, type Reply } from './canned-aws.ts';

function sender(url: string, timeouts: { connectTimeoutMs?: number; silenceMs?: number } = {}) {
  const http = itemsHttp({ connectTimeoutMs: 5_000, silenceMs: 5_000, ...timeouts });
  onTestFinished(() => http.destroy());
  const { hostname, port } = new URL(url);
  const request: Request = {
    protocol: 'http:',
    hostname,
    port: Number(port),
    path: '/',
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.Scan' },
    body: '{}',
  };
  return async (options?: { abortSignal: AbortSignal }) => (await http.handle(request, options)).response;
}

async function answered(reply: Reply, timeouts = {}) {
  const aws = await cannedAws(() => reply);
  return sender(aws.url, timeouts);
}

test.for([0, 1, 63_999, 64_000, 3_000_000])('a body of %i characters comes whole', async (length) => {
  const text = 'ä'.repeat(length);
  const send = await answered({ text });
  for (let time = 0; time < 3; time += 1) {
    const { statusCode, headers, body, letGo } = await send();
    expect(statusCode).toBe(200);
    expect(headers['x-amzn-requestid']).toBe('CANNED');
    expect(body.equals(Buffer.from(text))).toBe(true);
    letGo?.();
  }
});

test.for(['before', 'within'] as const)(
  'a connection that is cut %s its reply is an error of the network',
  async (cut) => {
    const send = await answered({ cut });
    await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
  },
);

test.for(['before', 'within'] as const)('a silence %s the reply is a timeout', async (silent) => {
  const send = await answered({ silent }, { silenceMs: 100 });
  await expect(send()).rejects.toMatchObject({ name: 'TimeoutError' });
});

test('where nobody listens is an error of the network', async () => {
  await expect(sender('http://127.0.0.1:1')()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('a large reply that is cut gives its memory back, and the next one comes whole', async () => {
  const server = createServer((socket) => {
    socket.once('data', () => {
      const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n';
      served += 1;
      if (served === 2) socket.end(`${head}${'x'.repeat(50_000)}`);
      else socket.end(`${head}${String(served).repeat(100_000)}`);
    });
  });
  let served = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const send = sender(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  const first = await send();
  await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
  const third = await send();
  expect(first.body.toString()).toBe('1'.repeat(100_000));
  expect(third.body.toString()).toBe('3'.repeat(100_000));
  expect(third.body.buffer).not.toBe(first.body.buffer);
});

test('who gives up is told at once: before the request, while it connects, and while it waits', async () => {
  const gone = AbortSignal.abort();
  const silent = await answered({ silent: 'before' });
  await expect(silent({ abortSignal: gone })).rejects.toMatchObject({ name: 'AbortError' });

  const waiting = new AbortController();
  const sent = silent({ abortSignal: waiting.signal });
  setImmediate(() => waiting.abort());
  await expect(sent).rejects.toMatchObject({ name: 'AbortError' });

  // 192.0.2.0/24 is for documentation: nobody answers there, nor says that there is nobody (RFC 5737).
  const nowhere = sender('http://192.0.2.1:81');
  const connecting = new AbortController();
  const asked = nowhere({ abortSignal: connecting.signal });
  setImmediate(() => connecting.abort());
  await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
});
