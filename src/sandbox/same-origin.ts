import type { IncomingMessage } from 'node:http';

const loopback = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/;

/**
 * Whether a request may drive the sandbox: it was meant for this machine by name (a web site whose name was made to
 * resolve to 127.0.0.1 sends its own), it does not come from a page of somebody else, and what changes something is
 * JSON, which no page may send elsewhere unasked. https://fetch.spec.whatwg.org/#cors-protocol
 */
export function isOurs({ headers, method = 'GET' }: IncomingMessage): boolean {
  const host = headers.host ?? '';
  if (!loopback.test(host)) return false;
  if (headers.origin !== undefined && headers.origin !== `http://${host}`) return false;
  const site = headers['sec-fetch-site'];
  if (site === 'cross-site' || site === 'same-site') return isOpenedByHand(headers, method);
  return method === 'GET' || method === 'HEAD' || isJson(headers['content-type']);
}

/** A link to the page from elsewhere may be followed: that only shows it. */
function isOpenedByHand(headers: IncomingMessage['headers'], method: string): boolean {
  return method === 'GET' && headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

function isJson(type = ''): boolean {
  return type.split(';')[0]?.trim().toLowerCase() === 'application/json';
}
