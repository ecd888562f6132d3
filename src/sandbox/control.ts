import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError, z } from 'zod';
import { type Faults, faultSchema } from './faults.ts';
import { answer } from './http.ts';
import type { Requests } from './requests.ts';

/**
 * The sandbox's own pages, for people and for tests in another process:
 * `POST /sandbox/faults` adds one fault (JSON as in faults.ts) and answers `{"id": n}`, `GET` lists them with how often
 * each struck, `DELETE` forgets all; `GET /sandbox/requests?operation=Scan` shows the remembered calls.
 */
export function answerControl(
  parts: { readonly faults: Faults; readonly requests: Requests },
  request: IncomingMessage,
  text: string,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const { status, body } = controlReply(parts, `${request.method} ${url.pathname}`, url.searchParams, text);
  answer(response, status, 'application/json', `${JSON.stringify(body)}\n`);
}

type Reply = { readonly status: number; readonly body: unknown };

function controlReply(
  parts: { readonly faults: Faults; readonly requests: Requests },
  route: string,
  parameters: URLSearchParams,
  text: string,
): Reply {
  switch (route) {
    case 'POST /sandbox/faults':
      return addFault(parts.faults, text);
    case 'GET /sandbox/faults':
      return { status: 200, body: parts.faults.list() };
    case 'DELETE /sandbox/faults':
      parts.faults.clear();
      return { status: 200, body: {} };
    case 'GET /sandbox/requests':
      return { status: 200, body: parts.requests.list(parameters.get('operation') ?? undefined) };
  }
  return { status: 404, body: { error: 'The sandbox has /sandbox/faults and /sandbox/requests' } };
}

function addFault(faults: Faults, text: string): Reply {
  try {
    return { status: 201, body: { id: faults.add(faultSchema.parse(JSON.parse(text))) } };
  } catch (error) {
    if (error instanceof ZodError) return { status: 400, body: { error: z.prettifyError(error) } };
    if (error instanceof SyntaxError)
      return { status: 400, body: { error: `The fault is not JSON: ${error.message}` } };
    throw error;
  }
}
