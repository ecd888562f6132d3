import type { ServerResponse } from 'node:http';

const heartbeatMs = 15_000;

export interface EventStream {
  send(event: string, data: unknown): void;
  /** Calls back once, when the reader has gone or the server closes. */
  onClose(listener: () => void): void;
}

/** Tells its part of a page's one stream, from now on. `query` is that of the stream's address. */
export type Feed = (events: EventStream, query: URLSearchParams) => void;

/** Answers with a stream of server-sent events: html.spec.whatwg.org/multipage/server-sent-events.html. */
export function openEventStream(response: ServerResponse): EventStream {
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
  });
  // A browser that lost the stream comes back after this time.
  response.write('retry: 500\n\n');
  const heartbeat = setInterval(() => response.write(':\n\n'), heartbeatMs);
  response.once('close', () => clearInterval(heartbeat));
  return {
    send: (event, data) => void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`),
    onClose: (listener) => void response.once('close', listener),
  };
}
