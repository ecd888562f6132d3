/** The page's server over real HTTP: who may ask, and what a person's stream tells. */
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Feed } from '../../../src/sandbox/event-stream.ts';
import { type Page, startPage } from '../../../src/sandbox/page-server.ts';
import { slackFeed, slackRoute } from '../../../src/sandbox/slack/page/route.ts';
import { type SandboxSlack, startSlack } from '../../../src/sandbox/slack/server.ts';

let slack: SandboxSlack;
let page: Page;

beforeAll(async () => {
  slack = await startSlack();
  const feed = await slackFeed({ slack, environments: ['dev'], roles: { U0ALICE: 'admin' } });
  const world: Feed = (events) => events.send('world', 'the tables');
  page = await startPage({ port: 0, routes: { slack: slackRoute(slack) }, feeds: [feed, world] });
});

afterAll(async () => {
  await page.close();
  await slack.close();
});

/** `fetch` would not let us say who we are. */
function status(path: string, headers: Readonly<Record<string, string>>, method = 'GET'): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = new URL(page.url);
    const order = request({ port, path, method, headers, host: '127.0.0.1' }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    order.on('error', reject).end();
  });
}

describe('who may ask', () => {
  test('the page itself, and a tool without a browser', async () => {
    const own = new URL(page.url);
    expect(await status('/', { host: own.host })).toBe(200);
    expect(await status('/slack/say', { host: own.host, origin: own.origin }, 'POST')).toBe(400);
    expect(await status('/slack/say', {}, 'POST')).toBe(400);
  });

  test.each([
    ['a name that resolves to this machine', { host: 'evil.example:4300' }],
    ['a form of another site', { origin: 'https://evil.example' }],
    ['a page on another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a site that hides its origin', { origin: 'null' }],
    ['an image or a script in another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  ])('not %s', async (_, headers) => {
    expect(await status('/slack/say', headers, 'POST')).toBe(403);
    expect(await status('/', headers)).toBe(403);
  });

  test('a link from elsewhere may be followed', async () => {
    expect(await status('/', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBe(200);
  });

  test("Slack's own door and its people are closed to web sites too", async () => {
    const posted = await fetch(`${slack.url}/sandbox/say`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
    });
    expect(posted.status).toBe(403);
  });
});

test('nothing outside the built page is served', async () => {
  for (const path of ['/../package.json', '/%2e%2e/cli.js', '/assets/../../cli.js', '/.env', '/assets']) {
    expect(await status(path, {}), path).toBe(404);
  }
});

test('nothing may be loaded from elsewhere', async () => {
  const reply = await fetch(page.url);
  expect(reply.headers.get('content-security-policy')).toContain("default-src 'self'");
});

test('a stream tells what one person sees, and nothing that is for somebody else', async () => {
  const alice = await streamOf('U0ALICE');
  const post = (method: string, args: object) =>
    fetch(`${slack.apiUrl}${method}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${slack.botToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(args),
    });
  await post('chat.postEphemeral', { channel: 'C0OPS', user: 'U0BOB', text: 'for Bob alone' });
  await post('chat.postEphemeral', { channel: 'C0OPS', user: 'U0ALICE', text: 'for Alice alone' });
  await post('chat.postMessage', { channel: 'C0OPS', text: 'for everybody' });
  const told = await alice.until('for everybody');
  expect(told).toContain('for Alice alone');
  expect(told).not.toContain('for Bob alone');
  expect(told.indexOf('event: workspace')).toBeLessThan(told.indexOf('event: snapshot'));
  await alice.close();
});

test('nobody is told of the workspace', async () => {
  const nobody = await streamOf('U0NOBODY');
  expect(await nobody.until('the tables')).not.toContain('event: workspace');
  await nobody.close();
});

async function streamOf(user: string) {
  const reply = await fetch(`${page.url}events?user=${user}`);
  const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error('the stream has no body');
  let told = '';
  return {
    async until(text: string): Promise<string> {
      while (!told.includes(text)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended before "${text}"`);
        told += value;
      }
      return told;
    },
    close: () => reader.cancel(),
  };
}
