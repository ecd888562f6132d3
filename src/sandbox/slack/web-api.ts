/** The Web API: token, scopes, method, answer, and every fault on the way. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Effect, Faults } from './faults.ts';
import { parseArguments, readBody, sendJson } from './http-body.ts';
import { type JsonObject, textAt } from './json.ts';
import { type Call, type Method, needScope } from './methods/method.ts';
import { SlackError } from './methods/slack-error.ts';
import { methods } from './methods/table.ts';
import type { Store } from './store.ts';

export interface WebApiOptions {
  readonly store: Store;
  readonly faults: Faults;
  readonly botToken: string;
  readonly appToken: string;
  readonly scopes: ReadonlySet<string>;
  readonly url: () => string;
  readonly openSocket: () => string;
}

interface Answer {
  readonly status: number;
  readonly body: JsonObject;
  readonly headers: Readonly<Record<string, string>>;
}

export class WebApi {
  readonly #options: WebApiOptions;

  constructor(options: WebApiOptions) {
    this.#options = options;
  }

  async handle(name: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { faults, store } = this.#options;
    const args = parseArguments(request, await readBody(request));
    const { delay, effect } = faults.strike(name);
    await faults.sitOut(delay, store.clock);
    // Nothing of Slack works while it is down, also what came in just before.
    const answer = this.#answer(name, request, args, effect);
    const { token: _, ...shown } = args ?? {};
    const status = answer?.status ?? 0;
    store.recordCall({ method: name, args: shown, status, answer: answer?.body, at: store.clock.now() });
    if (answer !== undefined) sendJson(response, answer.status, answer.body, answer.headers);
    else if (effect?.kind === 'lose reply') request.socket.destroy();
  }

  #answer(
    name: string,
    request: IncomingMessage,
    args: JsonObject | undefined,
    effect: Effect | undefined,
  ): Answer | undefined {
    switch (effect?.kind) {
      case 'rate limit':
        return failed(429, 'ratelimited', { 'retry-after': String(effect.retryAfter) });
      case 'status':
        return failed(effect.status, 'internal_error');
      case 'error':
        if (effect.isAccepted) this.#run(name, request, args);
        return failed(200, effect.code);
      case 'no answer':
        if (effect.isAccepted) this.#run(name, request, args);
        return undefined;
      case 'lose reply':
        this.#run(name, request, args);
        return undefined;
      case undefined:
        return this.#run(name, request, args);
    }
  }

  #run(name: string, request: IncomingMessage, args: JsonObject | undefined): Answer {
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined;
    const headers = this.#scopeHeaders(method);
    try {
      if (method === undefined) throw new SlackError('unknown_method', { req_method: name });
      if (args === undefined) throw new SlackError('invalid_json');
      const call = this.#call(method, request, args);
      needScope(call, method.scopes);
      return { status: 200, body: { ok: true, ...method.run(call) }, headers };
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      return { status: 200, body: { ok: false, error: error.code, ...error.details }, headers };
    }
  }

  #call(method: Method, request: IncomingMessage, args: JsonObject): Call {
    const { store, faults, scopes, url, openSocket } = this.#options;
    this.#checkToken(method, tokenOf(request, args));
    const { token: _, ...rest } = args;
    return { args: rest, store, faults, scopes, url: url(), openSocket };
  }

  #checkToken(method: Method, token: string | undefined): void {
    const { botToken, appToken, faults } = this.#options;
    if (method.token === 'none') return;
    if (!token) throw new SlackError('not_authed');
    if (token !== botToken && token !== appToken) throw new SlackError('invalid_auth');
    if (faults.isTokenRevoked) throw new SlackError('token_revoked');
    if (token !== (method.token === 'bot' ? botToken : appToken)) throw new SlackError('not_allowed_token_type');
  }

  #scopeHeaders(method: Method | undefined): Readonly<Record<string, string>> {
    if (method === undefined || method.token === 'none') return {};
    const isApp = method.token === 'app';
    return {
      'x-oauth-scopes': isApp ? 'connections:write' : [...this.#options.scopes].join(','),
      'x-accepted-oauth-scopes': isApp ? 'connections:write' : method.scopes.join(','),
    };
  }
}

function failed(status: number, error: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: { ok: false, error }, headers };
}

function tokenOf(request: IncomingMessage, args: JsonObject): string | undefined {
  const bearer = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  return bearer ?? textAt(args, 'token');
}
