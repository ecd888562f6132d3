import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from './crc32.ts';

const maxRequestBytes = 16 * 1_048_576;

/** A request's body as text, or what else has become of it. */
export type Received = { readonly text: string } | 'too-large' | 'broken-off';

/** Reads the whole body. By the stream's events: its iterator costs more than all the rest of the reading. */
export function receive(request: IncomingMessage): Promise<Received> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxRequestBytes) chunks.push(chunk);
    });
    request.on('end', () => resolve(bytes > maxRequestBytes ? 'too-large' : { text: textOf(chunks) }));
    request.on('error', () => resolve('broken-off'));
  });
}

/** Answers as DynamoDB does, with the checksum and the request id its SDKs read. `onSent`: the body is not needed any more. */
export function answer(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Buffer,
  onSent?: () => void,
): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': randomUUID().replaceAll('-', '').toUpperCase(),
    'x-amz-crc32': String(crc32(body)),
  });
  together(() => response.end(body, onSent));
}

/** Waking who waits for a reply takes longer than most replies: those that are ready go out at once, so many at most. */
const mostTogether = 16;
let ready: (() => void)[] = [];

function together(send: () => void): void {
  const count = ready.push(send);
  if (count === 1) setImmediate(sendReady);
  if (count === mostTogether) sendReady();
}

function sendReady(): void {
  const sends = ready;
  ready = [];
  for (const send of sends) send();
}

function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return (only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)).toString('utf8');
}
