/**
 * What a supervisor asks over HTTP. `/healthz`: is this process of use, or does it have to be started anew? 200 while the
 * bot hears Slack and what else it cannot do without is well; also without Slack while a restore is carried out, which goes
 * on without it. `/readyz`: would a restore that is asked for now work?
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export type Vitals = {
  /** What is wrong with the process itself; empty: nothing. Cheap. */
  readonly troubles: () => readonly string[];
  /** What keeps it from Slack; empty: nothing that is known. Cheap. */
  readonly offline: () => readonly string[];
  /** A restore is being carried out, which a new start would interrupt. Cheap. */
  readonly isRestoring: () => boolean;
  /** What stands in the way of a restore; empty: nothing. Soon. */
  readonly obstacles: () => Promise<readonly string[]>;
};

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The two paths and what answers there. */
export function healthRoutes(vitals: Vitals): Readonly<Record<'/healthz' | '/readyz', Answer>> {
  return {
    '/healthz': (_, response) => answerHealth(response, vitals),
    '/readyz': (_, response) => void answerReady(response, vitals.obstacles),
  };
}

function answerHealth(response: ServerResponse, { troubles, offline, isRestoring }: Vitals): void {
  const [wrong, away] = [troubles(), offline()];
  const isNeeded = wrong.length === 0 && away.length > 0 && isRestoring();
  if (isNeeded) reply(response, ['ok: a restore is under way', ...away], []);
  else reply(response, ['ok'], [...wrong, ...away]);
}

async function answerReady(response: ServerResponse, obstacles: Vitals['obstacles']): Promise<void> {
  try {
    reply(response, ['ready'], await obstacles());
  } catch {
    // A probe is answered whatever happens; the trouble itself shows where it matters.
    reply(response, ['ready'], ['unknown']);
  }
}

function reply(response: ServerResponse, well: readonly string[], wrong: readonly string[]): void {
  response.writeHead(wrong.length === 0 ? 200 : 503, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  });
  response.end((wrong.length === 0 ? well : wrong).map((each) => `${each}\n`).join(''));
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
