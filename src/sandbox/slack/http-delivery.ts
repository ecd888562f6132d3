/** Signed HTTP delivery: docs.slack.dev/authentication/verifying-requests-from-slack. */
import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import type { Clock } from './clock.ts';
import type { Channel, Delivery, Envelope } from './envelope.ts';
import { parseJson } from './json.ts';

export type Forgery = 'bad signature' | 'old' | 'no signature' | 'wrong secret';

export interface HttpTarget {
  readonly url: string;
  readonly signingSecret: string;
}

interface Sendable {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export class HttpDelivery implements Channel {
  readonly #target: HttpTarget;
  readonly #clock: Clock;
  readonly #ackTimeout: number;
  #last: Sendable | undefined;

  constructor(target: HttpTarget, clock: Clock, ackTimeout: number) {
    this.#target = target;
    this.#clock = clock;
    this.#ackTimeout = ackTimeout;
  }

  deliver(envelope: Envelope): Promise<Delivery> {
    this.#last = this.#signed(envelope);
    return this.#post(this.#last);
  }

  /** Sends something that Slack did not sign, or not now. */
  forge(envelope: Envelope, how: Forgery): Promise<Delivery> {
    return this.#post(this.#signed(envelope, how));
  }

  /**
   * Sends the last true delivery again, byte for byte: what somebody who listened in could do. `after`: what they put
   * behind its signature, to make it look like another one.
   */
  replay(after = ''): Promise<Delivery> {
    if (this.#last === undefined) throw new Error('nothing was delivered yet that could be replayed');
    const { body, headers } = this.#last;
    const { 'x-slack-signature': signature = '' } = headers;
    return this.#post({ body, headers: { ...headers, 'x-slack-signature': `${signature}${after}` } });
  }

  #signed(envelope: Envelope, forgery?: Forgery): Sendable {
    const body = bodyOf(envelope);
    const age = forgery === 'old' ? 301 : 0;
    const timestamp = String(Math.floor(this.#clock.now() / 1000) - age);
    const secret = forgery === 'wrong secret' ? 'not-the-secret' : this.#target.signingSecret;
    const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
    const signature = forgery === 'bad signature' ? `v0=${'0'.repeat(64)}` : `v0=${hmac}`;
    const isEvent = envelope.type === 'events_api';
    const headers = {
      'content-type': isEvent ? 'application/json' : 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
      accept: 'application/json,*/*',
      'x-slack-request-timestamp': timestamp,
      ...(forgery === 'no signature' ? {} : { 'x-slack-signature': signature }),
      ...(envelope.retry
        ? { 'x-slack-retry-num': String(envelope.retry.attempt), 'x-slack-retry-reason': envelope.retry.reason }
        : {}),
    };
    return { headers, body };
  }

  #post({ headers, body }: Sendable): Promise<Delivery> {
    const start = this.#clock.now();
    return new Promise((resolve) => {
      const settle = (delivery: Delivery) => {
        cancel();
        resolve(delivery);
      };
      const post = request(this.#target.url, { method: 'POST', headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const ms = this.#clock.now() - start;
          const status = response.statusCode ?? 0;
          const text = Buffer.concat(chunks).toString();
          if (status >= 200 && status < 300) settle({ outcome: 'acked', ms, body: answerOf(text) });
          else settle({ outcome: 'refused', ms, status });
        });
      });
      const cancel = this.#clock.after(this.#ackTimeout, () => {
        settle({ outcome: 'timed out', ms: this.#ackTimeout });
        post.destroy();
      });
      post.on('error', () => settle({ outcome: 'unreachable', ms: this.#clock.now() - start }));
      post.end(body);
    });
  }
}

function bodyOf(envelope: Envelope): string {
  switch (envelope.type) {
    case 'events_api':
      return JSON.stringify(envelope.payload);
    case 'interactive':
      return new URLSearchParams({ payload: JSON.stringify(envelope.payload) }).toString();
    case 'slash_commands':
      return new URLSearchParams(
        Object.entries(envelope.payload).map(([key, value]) => [key, String(value)] as [string, string]),
      ).toString();
  }
}

/** A command may be answered with bare text. */
function answerOf(text: string): unknown {
  if (text.trim() === '') return undefined;
  return parseJson(text) ?? { text };
}
