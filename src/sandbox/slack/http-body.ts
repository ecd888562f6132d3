import type { IncomingMessage, ServerResponse } from 'node:http';
import { isObject, type JsonObject, parseJson } from './json.ts';

export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** The arguments of a call: query, form or JSON, as its content type says. `undefined` when it cannot be read. */
export function parseArguments(request: IncomingMessage, body: string): JsonObject | undefined {
  const query = Object.fromEntries(new URL(request.url ?? '/', 'http://sandbox').searchParams);
  if (body === '') return query;
  if ((request.headers['content-type'] ?? '').startsWith('application/json')) {
    const json = parseJson(body);
    return isObject(json) ? { ...query, ...json } : undefined;
  }
  return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
