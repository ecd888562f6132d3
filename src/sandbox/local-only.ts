import type { IncomingMessage } from 'node:http';

/**
 * Whether a request comes from this machine's own tools or from a page of this very server. The sandbox listens on
 * loopback, but any web site open in a browser could still write to it: by a name of its own that resolves to 127.0.0.1
 * (then Host is that name) or by a form (then Origin is that site).
 */
export function isFromHere({ headers, method }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return false;
  if (origin !== undefined) return origin === `http://${host}`;
  // A link from elsewhere may be followed; nothing else may be loaded from elsewhere.
  const site = headers['sec-fetch-site'] ?? 'none';
  const isOwn = site === 'none' || site === 'same-origin';
  return isOwn || (method === 'GET' && headers['sec-fetch-mode'] === 'navigate');
}
