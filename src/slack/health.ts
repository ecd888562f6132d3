/**
 * What a supervisor asks over HTTP. `/healthz`: is this process of use, or does it have to be started anew? 200 while the
 * bot hears Slack and what else it cannot do without is well. `/readyz`: would a restore that is asked for now work?
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Vitals = {
  /** What is wrong with the process itself; empty: nothing. Cheap. */
  readonly troubles: () => readonly string[];
  /** What stands in the way of a restore; empty: nothing. Soon. */
  readonly obstacles: () => Promise<readonly string[]>;
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The two paths and what answers there. */
export function healthRoutes({ troubles, obstacles }: Vitals): Readonly<Record<'/healthz' | '/readyz', Answer>> {
  return {
    '/healthz': (_, response) => reply(response, 'ok', troubles()),
    '/readyz': (_, response) => void answerReady(response, obstacles),
  };
}

async function answerReady(response: ServerResponse, obstacles: Vitals['obstacles']): Promise<void> {
  try {
    reply(response, 'ready', await obstacles());
  } catch {
    // A probe is answered whatever happens; the trouble itself shows where it matters.
    reply(response, 'ready', ['unknown']);
  }
}

function reply(response: ServerResponse, well: string, wrong: readonly string[]): void {
  response.writeHead(wrong.length === 0 ? 200 : 503, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end(wrong.length === 0 ? `${well}\n` : wrong.map((each) => `${each}\n`).join(''));
}

/**
 * The server for Socket Mode, where nothing else listens. Not Bolt's own: that one lets a taken port end the process
 * with an uncaught exception.
 * @throws the listening error, such as EADDRINUSE
 */
export async function listenForHealth(port: number, vitals: Vitals): Promise<Server> {
  const routes = new Map<string, Answer>(Object.entries(healthRoutes(vitals)));
  const server = createServer((request, response) => {
    const answer = routes.get(request.url?.split('?')[0] ?? '');
    if (answer !== undefined) return answer(request, response);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return server;
}
