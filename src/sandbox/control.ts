import type { IncomingMessage, ServerResponse } from 'node:http';
import { ZodError, z } from 'zod';
import { type Capacity, capacitySchema } from './dynamodb/capacity.ts';
import { type Faults, faultSchema } from './faults.ts';
import { answer } from './http.ts';
import type { Requests } from './requests.ts';

type Parts = { readonly faults: Faults; readonly requests: Requests; readonly capacity: Capacity };

/**
 * The sandbox's own pages, for people and for tests in another process:
 * `POST /sandbox/faults` adds one fault (JSON as in faults.ts) and answers `{"id": n}`, `GET` lists them with how often
 * each struck, `DELETE` forgets all; `GET /sandbox/requests?operation=Scan` shows the remembered calls;
 * `PUT /sandbox/capacity` with rules as in dynamodb/capacity.ts (`{}` for AWS's own) gives every table its limits, `DELETE`
 * takes them away, `GET` shows them.
 */
export function answerControl(parts: Parts, request: IncomingMessage, text: string, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://sandbox');
  const { status, body } = controlReply(parts, `${request.method} ${url.pathname}`, url.searchParams, text);
  answer(response, status, 'application/json', `${JSON.stringify(body)}\n`);
}

type Reply = { readonly status: number; readonly body: unknown };

function controlReply(parts: Parts, route: string, parameters: URLSearchParams, text: string): Reply {
  switch (route) {
    case 'POST /sandbox/faults':
      return read(text, 'The fault is', (fault) => ({
        status: 201,
        body: { id: parts.faults.add(faultSchema.parse(fault)) },
      }));
    case 'GET /sandbox/faults':
      return { status: 200, body: parts.faults.list() };
    case 'DELETE /sandbox/faults':
      parts.faults.clear();
      return { status: 200, body: {} };
    case 'PUT /sandbox/capacity':
      return read(text, 'The rules are', (rules) => {
        parts.capacity.enforce(capacitySchema.parse(rules));
        return { status: 200, body: parts.capacity.rules };
      });
    case 'GET /sandbox/capacity':
      return { status: 200, body: parts.capacity.rules ?? {} };
    case 'DELETE /sandbox/capacity':
      parts.capacity.lift();
      return { status: 200, body: {} };
    case 'GET /sandbox/requests':
      return { status: 200, body: parts.requests.list(parameters.get('operation') ?? undefined) };
  }
  return { status: 404, body: { error: 'The sandbox has /sandbox/faults, /sandbox/capacity and /sandbox/requests' } };
}

/** Hands on what was sent. A mistake in it is told, not thrown. */
function read(text: string, what: string, use: (sent: unknown) => Reply): Reply {
  try {
    return use(JSON.parse(text === '' ? '{}' : text));
  } catch (error) {
    if (error instanceof ZodError) return { status: 400, body: { error: z.prettifyError(error) } };
    if (error instanceof SyntaxError) return { status: 400, body: { error: `${what} not JSON: ${error.message}` } };
    throw error;
  }
}
