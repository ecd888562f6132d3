/** Bad days of Slack, to order. Each fault says how often it strikes; without a number it lasts until cleared. */
import type { Clock } from './clock.ts';
import { type JsonObject, textAt } from './json.ts';

export type Effect =
  | { readonly kind: 'rate limit'; readonly retryAfter: number }
  | { readonly kind: 'status'; readonly status: number }
  | { readonly kind: 'error'; readonly code: string; readonly isAccepted: boolean }
  | { readonly kind: 'lose reply' }
  | { readonly kind: 'no answer'; readonly isAccepted: boolean };

export type Outage = 'answers 503' | 'refuses connections';
export type DisconnectReason = 'warning' | 'refresh_requested' | 'link_disabled';

interface Rule<T> {
  readonly method: string;
  readonly what: T;
  left: number;
}

interface HowOften {
  /** How many calls are hit; every one until `clear()` when left out. */
  readonly times?: number;
}

/** What faults do to the sockets of Socket Mode. */
export interface SocketFaults {
  disconnect(reason: DisconnectReason): void;
  drop(): void;
  say(text: string): void;
}

/** A method is Slack's name for it, such as `chat.postMessage`, or `*` for all. */
export class Faults {
  readonly #sockets: SocketFaults;
  #effects: Rule<Effect>[] = [];
  #delays: Rule<number>[] = [];
  #outage: Outage | undefined;
  #refusedTypes: ReadonlySet<string> = new Set();
  #duplicates = 0;
  #isTokenRevoked = false;
  readonly #slowed = new Set<() => void>();

  constructor(sockets: SocketFaults) {
    this.#sockets = sockets;
  }

  /** HTTP 429 with a Retry-After in seconds. */
  rateLimit(method: string, options: HowOften & { readonly retryAfter?: number } = {}): void {
    this.#add(method, { kind: 'rate limit', retryAfter: options.retryAfter ?? 1 }, options);
  }

  failWith(method: string, status: number, options: HowOften = {}): void {
    this.#add(method, { kind: 'status', status }, options);
  }

  /** Answers `ok: false` with this error; `isAccepted` says whether what was asked is done nevertheless. */
  refuseWith(method: string, code: string, options: HowOften & { readonly isAccepted?: boolean } = {}): void {
    this.#add(method, { kind: 'error', code, isAccepted: options.isAccepted ?? false }, options);
  }

  /** Does what was asked, then cuts the connection instead of saying so. */
  loseReply(method: string, options: HowOften = { times: 1 }): void {
    this.#add(method, { kind: 'lose reply' }, options);
  }

  /** Leaves the caller waiting; `isAccepted` says whether what was asked is done nevertheless. */
  neverAnswer(method: string, options: HowOften & { readonly isAccepted?: boolean } = { times: 1 }): void {
    this.#add(method, { kind: 'no answer', isAccepted: options.isAccepted ?? false }, options);
  }

  /** Answers this much later; those who wait are answered at once when the faults are cleared. */
  slow(method: string, ms: number, options: HowOften = {}): void {
    this.#delays.push({ method, what: ms, left: options.times ?? Number.POSITIVE_INFINITY });
  }

  /** The whole of Slack is gone, sockets included, until `up()`. */
  down(outage: Outage = 'answers 503'): void {
    this.#outage = outage;
    this.#sockets.drop();
  }

  up(): void {
    this.#outage = undefined;
  }

  /** Asks every connection to reconnect, the way Slack does a few times a day. */
  disconnect(reason: DisconnectReason = 'refresh_requested'): void {
    this.#sockets.disconnect(reason);
  }

  /** Sends this text over every socket, whatever it is. */
  say(text: string): void {
    this.#sockets.say(text);
  }

  /** Cuts every socket without a word. */
  dropSockets(): void {
    this.#sockets.drop();
  }

  /** Refuses these block types with invalid_blocks, as an older Slack would. */
  rejectBlocks(types: readonly string[]): void {
    this.#refusedTypes = new Set(types);
  }

  /** Delivers each of the next envelopes twice. */
  duplicateDelivery(times = 1): void {
    this.#duplicates += times;
  }

  revokeToken(): void {
    this.#isTokenRevoked = true;
  }

  /** Ends every fault. */
  clear(): void {
    this.#effects = [];
    this.#delays = [];
    this.#outage = undefined;
    this.#refusedTypes = new Set();
    this.#duplicates = 0;
    this.#isTokenRevoked = false;
    for (const answer of this.#slowed) answer();
  }

  get outage(): Outage | undefined {
    return this.#outage;
  }

  get isTokenRevoked(): boolean {
    return this.#isTokenRevoked;
  }

  /** What strikes this call; counts it. */
  strike(method: string): { readonly delay: number; readonly effect: Effect | undefined } {
    const delay = take(this.#delays, method) ?? 0;
    return { delay, effect: take(this.#effects, method) };
  }

  /** Waits as long as a slow call takes. */
  async sitOut(ms: number, clock: Clock): Promise<void> {
    if (ms === 0) return;
    await new Promise<void>((resolve) => {
      const answer = () => {
        callOff();
        this.#slowed.delete(answer);
        resolve();
      };
      const callOff = clock.after(ms, answer);
      this.#slowed.add(answer);
    });
  }

  /** How many calls wait for a slow answer. */
  get slowed(): number {
    return this.#slowed.size;
  }

  isNextDoubled(): boolean {
    if (this.#duplicates === 0) return false;
    this.#duplicates -= 1;
    return true;
  }

  refusedBlocks(blocks: readonly unknown[]): readonly string[] {
    return blocks.flatMap((block, index) => {
      const type = textAt(block, 'type') ?? '';
      if (!this.#refusedTypes.has(type)) return [];
      return [`[ERROR] unsupported type: ${type} [json-pointer:/blocks/${index}/type]`];
    });
  }

  #add(method: string, what: Effect, options: HowOften): void {
    this.#effects.push({ method, what, left: options.times ?? Number.POSITIVE_INFINITY });
  }
}

function take<T>(rules: readonly Rule<T>[], method: string): T | undefined {
  const rule = rules.find(
    (candidate) => candidate.left > 0 && (candidate.method === method || candidate.method === '*'),
  );
  if (rule === undefined) return undefined;
  rule.left -= 1;
  return rule.what;
}

/**
 * Sets a fault described in JSON: `{"fault":"rateLimit","method":"chat.update","times":2,"retryAfter":1}`.
 * @returns whether the description was understood.
 */
export function setFault(faults: Faults, order: JsonObject): boolean {
  const method = textAt(order, 'method') ?? '*';
  const times = typeof order['times'] === 'number' ? { times: order['times'] } : {};
  const number = (name: string, otherwise: number) => (typeof order[name] === 'number' ? order[name] : otherwise);
  const actions: Readonly<Record<string, () => void>> = {
    rateLimit: () => faults.rateLimit(method, { ...times, retryAfter: number('retryAfter', 1) }),
    failWith: () => faults.failWith(method, number('status', 500), times),
    refuseWith: () => faults.refuseWith(method, textAt(order, 'code') ?? 'internal_error', times),
    loseReply: () => faults.loseReply(method, { times: number('times', 1) }),
    neverAnswer: () =>
      faults.neverAnswer(method, { times: number('times', 1), isAccepted: order['isAccepted'] === true }),
    slow: () => faults.slow(method, number('ms', 1000), times),
    down: () => faults.down(order['outage'] === 'refuses connections' ? 'refuses connections' : 'answers 503'),
    up: () => faults.up(),
    disconnect: () => faults.disconnect(reasonOf(textAt(order, 'reason'))),
    dropSockets: () => faults.dropSockets(),
    rejectBlocks: () => faults.rejectBlocks(Array.isArray(order['types']) ? order['types'].map(String) : []),
    duplicateDelivery: () => faults.duplicateDelivery(number('times', 1)),
    revokeToken: () => faults.revokeToken(),
    clear: () => faults.clear(),
  };
  const action = Object.hasOwn(actions, textAt(order, 'fault') ?? '')
    ? actions[textAt(order, 'fault') ?? '']
    : undefined;
  action?.();
  return action !== undefined;
}

function reasonOf(given: string | undefined): DisconnectReason {
  return given === 'warning' || given === 'link_disabled' ? given : 'refresh_requested';
}
