/**
 * A local Slack: Web API, Socket Mode, signed HTTP delivery, and people to use it. It listens on 127.0.0.1 only and
 * is strict where Slack is strict, so that what works here has a fair chance of working there.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { isFromHere } from '../local-only.ts';
import { type Clock, systemClock } from './clock.ts';
import { handleControl } from './control.ts';
import { Deliveries } from './deliveries.ts';
import type { Delivery, Envelope } from './envelope.ts';
import { Faults } from './faults.ts';
import type { ApiCall, SlackEvents } from './happenings.ts';
import { sendJson } from './http-body.ts';
import type { Forgery } from './http-delivery.ts';
import type { Message } from './messages.ts';
import { Person, type World } from './people/person.ts';
import { answerResponseUrl } from './response-url.ts';
import { openSockets, type Sockets } from './sockets.ts';
import { Store } from './store.ts';
import { until } from './wait.ts';
import { WebApi } from './web-api.ts';
import { buildWorkspace, type Channel, type User, type UserGroup, type WorkspaceSeed } from './workspace.ts';

/** What a bot with our manifest.yml is granted: enough to work, not a scope more. */
const defaultScopes: readonly string[] = [
  'commands',
  'chat:write',
  'users:read',
  'channels:read',
  'groups:read',
  'usergroups:read',
  'channels:history',
  'groups:history',
];

const closingGrace = 100; // milliseconds; answers are written at once, so this is plenty

export interface SlackOptions extends WorkspaceSeed {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly clock?: Clock;
  readonly scopes?: readonly string[];
  readonly botToken?: string;
  readonly appToken?: string;
  readonly signingSecret?: string;
  /** Milliseconds for an ack: 3000, as Slack gives, unless a test cannot wait. */
  readonly ackTimeout?: number;
  /** Milliseconds for which a trigger_id is good: 3000, as with Slack. */
  readonly triggerLifetime?: number;
}

/** @throws Error when the optional package ws is missing or the port is taken. */
export async function startSlack(options: SlackOptions = {}): Promise<SandboxSlack> {
  const clock = options.clock ?? systemClock;
  const store = new Store(buildWorkspace(options), clock);
  const ackTimeout = options.ackTimeout ?? 3000;
  const onCount = (count: number) => store.events.emit('connections', count);
  const sockets = await openSockets({ clock, ackTimeout, appId: store.workspace.appId, onCount });
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return new SandboxSlack({ options, store, sockets, server, ackTimeout });
}

interface Parts {
  readonly options: SlackOptions;
  readonly store: Store;
  readonly sockets: Sockets;
  readonly server: Server;
  readonly ackTimeout: number;
}

export class SandboxSlack {
  readonly url: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly faults: Faults;
  readonly #store: Store;
  readonly #sockets: Sockets;
  readonly #server: Server;
  readonly #deliveries: Deliveries;
  readonly #world: World;
  readonly #people = new Map<string, Person>();

  constructor({ options, store, sockets, server, ackTimeout }: Parts) {
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    this.url = `http://127.0.0.1:${port}`;
    this.botToken = options.botToken ?? 'xoxb-0-0-sandboxbottoken';
    this.appToken = options.appToken ?? 'xapp-1-A0SANDBOX-0-sandboxapptoken';
    this.signingSecret = options.signingSecret ?? 'sandbox-signing-secret';
    this.faults = new Faults(sockets);
    this.#store = store;
    this.#sockets = sockets;
    this.#server = server;
    this.#deliveries = new Deliveries({ sockets, faults: this.faults, clock: store.clock, ackTimeout });
    const triggerLifetime = options.triggerLifetime ?? 3000;
    this.#world = { store, deliveries: this.#deliveries, faults: this.faults, url: () => this.url, triggerLifetime };
    const webApi = new WebApi({
      store,
      faults: this.faults,
      botToken: this.botToken,
      appToken: this.appToken,
      scopes: new Set(options.scopes ?? defaultScopes),
      url: () => this.url,
      openSocket: () => `${this.url.replace('http', 'ws')}/link?ticket=${sockets.newTicket()}`,
    });
    server.on('request', (request, response) => void this.#serve(webApi, request, response));
    server.on('upgrade', (request, socket, head) => {
      if (this.faults.outage) socket.destroy();
      else sockets.admit(request, socket, head);
    });
  }

  /** What SLACK_API_URL points at. */
  get apiUrl(): string {
    return `${this.url}/api/`;
  }

  get teamId(): string {
    return this.#store.workspace.teamId;
  }

  get botUserId(): string {
    return this.#store.workspace.botUserId;
  }

  get botId(): string {
    return this.#store.workspace.botId;
  }

  /** How many Socket Mode connections are up. */
  get connections(): number {
    return this.#sockets.count;
  }

  /** The last 2000 Web API calls, oldest first, without their tokens. */
  get apiCalls(): readonly ApiCall[] {
    return this.#store.apiCalls;
  }

  /** @throws Error when there is no such user. */
  as(userId: string): Person {
    if (!this.#store.users.has(userId)) throw new Error(`there is no user ${userId} in this workspace`);
    const person = this.#people.get(userId) ?? new Person(this.#world, userId);
    this.#people.set(userId, person);
    return person;
  }

  /** Changes somebody from now on: deactivated, made a guest, moved to another zone. */
  changeUser(id: string, change: Partial<Omit<User, 'id'>>): void {
    this.#store.users.set(id, { ...required(this.#store.users.get(id), id), ...change });
  }

  changeChannel(id: string, change: Partial<Omit<Channel, 'id'>>): void {
    this.#store.channels.set(id, { ...required(this.#store.channels.get(id), id), ...change });
  }

  changeUserGroup(id: string, change: Partial<Omit<UserGroup, 'id'>>): void {
    this.#store.userGroups.set(id, { ...required(this.#store.userGroups.get(id), id), ...change });
  }

  users(): readonly User[] {
    return [...this.#store.users.values()];
  }

  channels(): readonly Channel[] {
    return [...this.#store.channels.values()];
  }

  /** Every message a person can read, in all channels, threads and direct messages, oldest first. */
  messagesFor(userId: string): readonly Message[] {
    return this.#store.messagesFor(userId);
  }

  /** Whether a person can read a message. */
  isFor(userId: string, message: Message): boolean {
    return this.#store.isFor(userId, message);
  }

  /** The conversation between the bot and a person. */
  directMessage(userId: string): Channel {
    return this.#store.directMessage(userId);
  }

  /** What stands in the channel itself, oldest first. */
  messages(channel: string): readonly Message[] {
    return this.#store.messagesIn(channel);
  }

  /** A parent and its replies, oldest first. */
  thread(channel: string, ts: string): readonly Message[] {
    return this.#store.thread(channel, ts);
  }

  messageUntil(channel: string, predicate: (message: Message) => boolean, ms = 30_000): Promise<Message> {
    const look = () => this.messages(channel).find(predicate);
    return until(this.#store, look, ms, () => `a message in ${channel} (${this.messages(channel).length} there)`);
  }

  threadUntil(channel: string, ts: string, predicate: (message: Message) => boolean, ms = 30_000): Promise<Message> {
    const look = () => this.thread(channel, ts).find(predicate);
    return until(this.#store, look, ms, () => `a reply to ${ts} (${this.thread(channel, ts).length} messages there)`);
  }

  /** Listens to what happens; the returned function stops. */
  on<K extends keyof SlackEvents>(event: K, listener: (happened: SlackEvents[K]) => void): () => void {
    return this.#store.events.on(event, listener);
  }

  /** From now on delivers by signed HTTP instead of by socket; `undefined` goes back. */
  deliverTo(url: string | undefined, signingSecret = this.signingSecret): void {
    this.#deliveries.deliverTo(url === undefined ? undefined : { url, signingSecret });
  }

  /** Delivers an envelope as somebody would who is not Slack. Needs `deliverTo`. */
  forge(envelope: Envelope, how: Forgery): Promise<Delivery> {
    return this.#deliveries.http.forge(envelope, how);
  }

  /** Delivers the last request again, byte for byte but for what is put behind its signature. Needs `deliverTo`. */
  replay(afterSignature = ''): Promise<Delivery> {
    return this.#deliveries.http.replay(afterSignature);
  }

  /** Ends every connection. An answer under way gets a moment to leave; a call that a fault left hanging does not. */
  async close(): Promise<void> {
    this.#deliveries.close();
    this.#sockets.close();
    // An answer given a moment ago may not have left yet, and Node takes its connection for an idle one.
    await new Promise((resolve) => setImmediate(resolve));
    const cut = setTimeout(() => this.#server.closeAllConnections(), closingGrace);
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    clearTimeout(cut);
  }

  async #serve(webApi: WebApi, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    try {
      if (!isFromHere(request)) sendJson(response, 403, { ok: false, error: 'the sandbox answers no web site' });
      else if (pathname.startsWith('/sandbox/')) {
        await handleControl(this, pathname.slice('/sandbox/'.length), request, response);
      } else if (this.faults.outage === 'refuses connections') request.socket.destroy();
      else if (this.faults.outage) sendJson(response, 503, { ok: false, error: 'service_unavailable' });
      else if (pathname.startsWith('/api/')) await webApi.handle(pathname.slice('/api/'.length), request, response);
      else if (pathname.startsWith('/response/')) await answerResponseUrl(this.#store, this.faults, request, response);
      else sendJson(response, 404, { ok: false, error: 'not_found' });
    } catch (error) {
      // A mistake of the sandbox's own: tell whoever called, so that it does not pass for one of Slack's.
      if (!response.headersSent) sendJson(response, 500, { ok: false, error: 'sandbox_error', detail: String(error) });
    }
  }
}

function required<T>(value: T | undefined, id: string): T {
  if (value === undefined) throw new Error(`there is no ${id} in this workspace`);
  return value;
}
