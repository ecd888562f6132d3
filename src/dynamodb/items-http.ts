import { setMaxListeners } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { Agent, Dispatcher } from 'undici';
import { PageMemory } from './page-memory.ts';

/** undici waits for a reply from when it hands over the body: this much of it must get through meanwhile (100 KB/s). */
const slowestBytesPerMs = 100;

export type HttpSettings = {
  /** Milliseconds until a connection must stand. */
  readonly connectTimeoutMs: number;
  /** The longest silence on a connection that waits for a reply, or for the rest of one, in ms. */
  readonly silenceMs: number;
};

/** What of the SDK's request is sent. */
export type Request = {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

/** A reply that has come as a whole. */
export type WholeReply = {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where it is there: called when nobody looks at the body any more, whose memory is that of another reply then. */
  readonly letGo?: () => void;
};

type Headers = WholeReply['headers'];

/** A request handler of the SDK, which may be used without it, too. */
export type ItemsHttp = {
  handle(request: Request, options?: { readonly abortSignal?: unknown }): Promise<{ readonly response: WholeReply }>;
  readonly metadata: { readonly handlerProtocol: string };
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
};

/**
 * Sends the SDK's requests about items over undici, and gives it each body as bytes instead of a stream: that takes half
 * of the processor time that Node's own client takes for a small request, and a large body goes straight to where it stays.
 *
 * @throws as the SDK's own handler does: errors called `TimeoutError` or `AbortError`, or with one of Node's codes
 */
export function itemsHttp({ connectTimeoutMs, silenceMs }: HttpSettings): ItemsHttp {
  const memory = new PageMemory();
  const destroyed = new AbortController();
  // Every connection listens: Node would warn of the eleventh.
  setMaxListeners(0, destroyed.signal);
  let agent: Promise<Agent> | undefined;
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle({ protocol, hostname, port, path, method, headers, body }, { abortSignal } = {}) {
      const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
      const signal = abortSignal instanceof AbortSignal ? abortSignal : undefined;
      agent ??= openAgent(connectTimeoutMs, silenceMs, destroyed.signal);
      const dispatcher = await agent;
      if (signal?.aborted) throw aborted();
      const response = await new Promise<WholeReply>((resolve, reject) => {
        const reading = new Reading(memory, signal, { resolve, reject });
        const headersTimeout = silenceMs + (body?.length ?? 0) / slowestBytesPerMs;
        dispatcher.dispatch({ origin, path, method, headers, body: body ?? null, headersTimeout }, reading);
      });
      return { response };
    },
    destroy() {
      void agent?.then((opened) => {
        void opened.destroy();
        destroyed.abort();
      });
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** undici is loaded with the first request: that takes a tenth of a second, and most commands send none about items. */
async function openAgent(connectTimeoutMs: number, silenceMs: number, destroyed: AbortSignal): Promise<Agent> {
  const { Agent } = await import('undici');
  // How much is under way at once is decided by those who ask: there are as many connections as that takes. One that does
  // not stand yet is no part of what undici destroys, and would keep the process: the signal is for its socket.
  return new Agent({ connect: { timeout: connectTimeoutMs, signal: destroyed }, bodyTimeout: silenceMs });
}

type Ends = {
  readonly resolve: (reply: WholeReply) => void;
  readonly reject: (error: unknown) => void;
};

/** One reply on its way. */
class Reading implements Dispatcher.DispatchHandler {
  readonly #memory: PageMemory;
  readonly #signal: AbortSignal | undefined;
  readonly #ends: Ends;
  #controller: Dispatcher.DispatchController | undefined;
  #statusCode = 0;
  #headers: Headers = {};
  /** Where a large body goes. Of a small one, the chunks are kept as they came. */
  #page: Buffer | undefined;
  #read = 0;
  readonly #chunks: Buffer[] = [];

  constructor(memory: PageMemory, signal: AbortSignal | undefined, ends: Ends) {
    this.#memory = memory;
    this.#signal = signal;
    this.#ends = ends;
    signal?.addEventListener('abort', this.#abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#signal?.aborted) this.#abort();
  }

  onResponseStart(_: unknown, statusCode: number, headers: IncomingHttpHeaders): void {
    this.#statusCode = statusCode;
    this.#headers = joined(headers);
    this.#page = this.#memory.takeFor(Number(this.#headers['content-length']));
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (this.#page === undefined) this.#chunks.push(chunk);
    else chunk.copy(this.#page, this.#read);
    this.#read += chunk.length;
  }

  onResponseEnd(): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    const reply = { statusCode: this.#statusCode, headers: this.#headers };
    if (this.#page !== undefined) {
      this.#ends.resolve({ ...reply, body: this.#page, letGo: () => this.#letGo() });
      return;
    }
    const [only] = this.#chunks;
    const body = only !== undefined && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    this.#ends.resolve({ ...reply, body });
  }

  onResponseError(_: unknown, error: Error): void {
    this.#signal?.removeEventListener('abort', this.#abort);
    this.#letGo();
    this.#ends.reject(asNodeWouldSay(error));
  }

  /** Once: what was given back belongs to somebody else. */
  #letGo(): void {
    if (this.#page !== undefined) this.#memory.giveBack(this.#page);
    this.#page = undefined;
  }

  /** Whoever waits is told at once, also while there is no connection yet. */
  readonly #abort = () => {
    const reason = aborted();
    this.#ends.reject(reason);
    this.#controller?.abort(reason);
  };
}

function aborted(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}

/** One that came several times is one list (RFC 9110, 5.3). */
function joined(headers: IncomingHttpHeaders): Headers {
  const lists = Object.entries(headers).filter(([, value]) => Array.isArray(value));
  return Object.assign(headers, Object.fromEntries(lists.map(([name, values]) => [name, String(values)]))) as Headers;
}

// undici's errors (its docs, "Errors"), and what Node's client called the same.
const timeouts: ReadonlySet<unknown> = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);
const nodeCodes: ReadonlyMap<unknown, string> = new Map([
  // The other side has hung up, or sent less than it had said; or nobody wants to know any more.
  ['UND_ERR_SOCKET', 'ECONNRESET'],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'ECONNRESET'],
  ['UND_ERR_DESTROYED', 'ECONNRESET'],
  ['UND_ERR_HEADERS_OVERFLOW', 'EPROTO'],
]);

/** With the names and codes of the SDK's own handler, which is what those who read errors know. */
function asNodeWouldSay(error: Error): Error {
  const code = 'code' in error ? error.code : undefined;
  if (timeouts.has(code)) return Object.assign(new Error(error.message, { cause: error }), { name: 'TimeoutError' });
  // What is no HTTP has one of many codes, or none; a handshake that OpenSSL refuses has one for each reason.
  const isNonsense = error.name === 'HTTPParserError' || (typeof code === 'string' && code.startsWith('ERR_SSL_'));
  const ofNode = isNonsense ? 'EPROTO' : nodeCodes.get(code);
  return ofNode === undefined ? error : Object.assign(new Error(error.message, { cause: error }), { code: ofNode });
}
