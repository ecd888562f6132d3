/** The sandbox's one address for a browser: the built page, and the routes that feed it. On loopback only. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { type Feed, openEventStream } from './event-stream.ts';
import { isFromHere } from './local-only.ts';
import { sendJson } from './slack/http-body.ts';

/** Answers what is below a first path segment: for `/world/diff?at=1` the route `world` gets the path `diff`. */
export type Route = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>;

export interface PageOptions {
  /** Another free port is taken when it is in use; {@link usualPort} when left out. */
  readonly port?: number;
  readonly routes: Readonly<Record<string, Route>>;
  /** What `/events` tells. One stream for all: a browser opens six connections at most to one address. */
  readonly feeds?: readonly Feed[];
}

export interface Page {
  readonly url: string;
  close(): Promise<void>;
}

const usualPort = 4300;

/** Where vite puts the page, seen from the sources and from the build alike. */
const folder = join(import.meta.dirname, '..', '..', 'dist', 'sandbox', 'page');

/** Nothing is loaded from anywhere else, and no other page may frame this one. */
const policy = "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.map': 'application/json',
};

/** @throws Error when the page was not built */
export async function startPage({ port = usualPort, routes, feeds = [] }: PageOptions): Promise<Page> {
  await readFile(join(folder, 'index.html')).catch((cause: unknown) => {
    throw new Error('The sandbox page is not built: npm run build', { cause });
  });
  const server = createServer((request, response) => void serve({ routes, feeds }, request, response));
  await listen(server, port);
  const address = server.address();
  const actual = typeof address === 'object' && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${actual}/`,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<void> {
  const { promise, resolve, reject } = pending();
  server.once('error', reject).listen(port, '127.0.0.1', resolve);
  try {
    await promise;
  } catch (error) {
    if (port === 0 || !isInUse(error)) throw error;
    await listen(server, 0);
  }
}

function pending() {
  let resolve = (): void => undefined;
  let reject = (_: Error): void => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

async function serve(
  { routes, feeds }: Required<Pick<PageOptions, 'routes' | 'feeds'>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!isFromHere(request)) return sendJson(response, 403, { error: 'The sandbox answers its own page only.' });
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox');
  const [, name = '', ...rest] = pathname.split('/');
  const route = Object.hasOwn(routes, name) ? routes[name] : undefined;
  try {
    if (route !== undefined) await route(request, response, rest.join('/'));
    else if (pathname === '/events') {
      const events = openEventStream(response);
      for (const feed of feeds) feed(events, searchParams);
    } else await serveFile(pathname, response);
  } catch (error) {
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (!response.headersSent) sendJson(response, 500, { error: `The sandbox itself failed: ${cause}` });
    else response.destroy();
  }
}

async function serveFile(pathname: string, response: ServerResponse): Promise<void> {
  // Names of built files, no more: nothing in them can lead out of the folder.
  const name = pathname === '/' ? 'index.html' : pathname.slice(1);
  const body = /^(assets\/)?[\w-]+(\.[\w-]+)*$/.test(name)
    ? await readFile(join(folder, name)).catch(() => undefined)
    : undefined;
  if (body === undefined) return sendJson(response, 404, { error: `There is no ${pathname} here.` });
  response.writeHead(200, {
    'content-type': contentTypes[extname(name)] ?? 'application/octet-stream',
    // The names of assets change with their content.
    'cache-control': name.startsWith('assets/') ? 'max-age=31536000, immutable' : 'no-store',
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  response.end(body);
}
