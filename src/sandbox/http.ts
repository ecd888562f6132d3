import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { crc32 } from './crc32.ts';

const maxRequestBytes = 16 * 1_048_576;

/** The whole body as text; undefined when it is larger than AWS takes. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const data = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += data.length;
    if (bytes <= maxRequestBytes) chunks.push(data);
  }
  return bytes > maxRequestBytes ? undefined : Buffer.concat(chunks).toString('utf8');
}

/** Answers as DynamoDB does, with the checksum and the request id its SDKs read. */
export function answer(response: ServerResponse, status: number, contentType: string, text: string): void {
  const body = Buffer.from(text, 'utf8');
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': body.length,
    'x-amzn-RequestId': randomUUID().replaceAll('-', '').toUpperCase(),
    'x-amz-crc32': String(crc32(body)),
  });
  response.end(body);
}
