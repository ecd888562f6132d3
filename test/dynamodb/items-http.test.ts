import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { itemsHttp, type Request } from '../../src/dynamodb/items-http.ts';
import { cannedAws, type Reply } from './canned-aws.ts';

function sender(url: string, timeouts: { connectTimeoutMs?: number; silenceMs?: number } = {}, body = '{}') {
  const http = itemsHttp({ connectTimeoutMs: 5_000, silenceMs: 5_000, ...timeouts });
  onTestFinished(() => http.destroy());
  const { protocol, hostname, port } = new URL(url);
  const request: Request = {
    protocol,
    hostname,
    port: Number(port),
    path: '/',
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.Scan' },
    body,
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

/** A server that says what it is told to, bytes as they are, and hangs up. */
async function saying(...replies: readonly string[]) {
  let nth = 0;
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.end(replies[nth] ?? '');
      nth += 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

test('a large reply that is cut gives its memory back, and the next one comes whole', async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n';
  const send = sender(await saying(head + '1'.repeat(100_000), head + '2'.repeat(50_000), head + '3'.repeat(100_000)));
  const first = await send();
  await expect(send()).rejects.toMatchObject({ code: 'ECONNRESET' });
  const third = await send();
  expect(first.body.toString()).toBe('1'.repeat(100_000));
  expect(third.body.toString()).toBe('3'.repeat(100_000));
  expect(third.body.buffer).not.toBe(first.body.buffer);
});

test.for([
  ['no HTTP at all', 'SSH-2.0-OpenSSH_9.2\r\n', 'EPROTO'],
  ['a chunk of no size', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n', 'EPROTO'],
  ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`, 'EPROTO'],
  ['a length that nothing has', 'HTTP/1.1 200 OK\r\ncontent-length: 99999999999999\r\n\r\n{}', 'ECONNRESET'],
] as const)('%s is an error of the network', async ([, reply, code]) => {
  await expect(sender(await saying(reply))()).rejects.toMatchObject({ code });
});

test('a handshake with somebody who knows no TLS is an error of the network', async () => {
  const url = await saying('HTTP/1.1 400 Bad Request\r\n\r\n');
  await expect(sender(url.replace('http:', 'https:'))()).rejects.toMatchObject({ code: 'EPROTO' });
});

test('a header that comes twice is one list', async () => {
  const send = sender(await saying('HTTP/1.1 200 OK\r\nx-a: 1\r\nx-a: 2\r\ncontent-length: 2\r\n\r\n{}'));
  expect((await send()).headers).toMatchObject({ 'x-a': '1,2', 'content-length': '2' });
});

test('memory is given back once, however often it is let go of', async () => {
  const send = await answered({ text: 'x'.repeat(100_000) });
  const held = await send();
  const { letGo } = await send();
  letGo?.();
  letGo?.();
  const [one, other] = [await send(), await send()];
  expect(one.body.buffer).not.toBe(other.body.buffer);
  held.letGo?.();
});

test('a large body has time to get through: silence begins after it', async () => {
  const server = createServer((socket) => {
    let bytes = 0;
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      bytes += chunk.length;
      if (bytes > 1_000_000) setTimeout(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}'), 300);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const send = sender(url, { silenceMs: 100 }, 'x'.repeat(1_000_000));
  expect((await send()).statusCode).toBe(200);
});

test('who gives up is told at once: before the request, and while it waits', async () => {
  const waiting = new AbortController();
  const aws = await cannedAws(() => {
    waiting.abort();
    return { silent: 'before' };
  });
  const send = sender(aws.url);
  await expect(send({ abortSignal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortError' });
  expect(aws.requests).toEqual([]);

  await expect(send({ abortSignal: waiting.signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(aws.requests).toHaveLength(1);
});

test('who gives up while it connects is told at once, and destroyed then, it leaves no connection that keeps the process', async () => {
  const gone: string[] = [];
  const server = createServer((socket) => {
    socket.resume().once('close', () => gone.push('closed'));
    connecting.abort();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  // Its handshake is never answered.
  const http = itemsHttp({ connectTimeoutMs: 60_000, silenceMs: 60_000 });
  const connecting = new AbortController();
  const request = {
    protocol: 'https:',
    hostname: '127.0.0.1',
    port: Number(port),
    path: '/',
    method: 'POST',
    headers: {},
  };
  await expect(http.handle(request, { abortSignal: connecting.signal })).rejects.toMatchObject({ name: 'AbortError' });
  http.destroy();
  await expect.poll(() => gone).toEqual(['closed']);
});
