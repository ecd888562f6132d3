/** `/healthz`: 200 while the bot can hear Slack, 503 otherwise. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

export const healthPath = '/healthz';

export function answerHealth(isHealthy: () => boolean): (request: IncomingMessage, response: ServerResponse) => void {
  return (_, response) => {
    const healthy = isHealthy();
    response.writeHead(healthy ? 200 : 503, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
    });
    response.end(healthy ? 'ok\n' : 'not connected to Slack\n');
  };
}

/**
 * The server for Socket Mode, where nothing else listens. Not Bolt's own: that one lets a taken port end the process
 * with an uncaught exception.
 * @throws the listening error, such as EADDRINUSE
 */
export async function listenForHealth(port: number, isHealthy: () => boolean): Promise<Server> {
  const answer = answerHealth(isHealthy);
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] === healthPath) return answer(request, response);
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, resolve);
  });
  return server;
}
