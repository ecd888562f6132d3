/** The workspace as it is right now: the one truth behind the Web API, the sockets and the people. */
import type { Clock } from './clock.ts';
import { type ApiCall, Happenings } from './happenings.ts';
import { isInChannel, type Message } from './messages.ts';
import { maxViewsInStack, type View } from './views.ts';
import type { Channel, User, UserGroup, Workspace } from './workspace.ts';

export interface Trigger {
  readonly user: string;
  readonly expiresAt: number;
  readonly viewId?: string;
  isUsed: boolean;
}

export interface ResponseUrl {
  readonly channel: string;
  readonly user: string;
  readonly expiresAt: number;
  readonly messageTs?: string;
  usesLeft: number;
}

const maxApiCalls = 2000;

export class Store {
  readonly workspace: Workspace;
  readonly clock: Clock;
  readonly events = new Happenings();
  readonly users = new Map<string, User>();
  readonly channels = new Map<string, Channel>();
  readonly userGroups = new Map<string, UserGroup>();
  readonly triggers = new Map<string, Trigger>();
  readonly responseUrls = new Map<string, ResponseUrl>();
  readonly views = new Map<string, View>();
  /** Open modals of each person, the root first. */
  readonly stacks = new Map<string, readonly string[]>();
  readonly homes = new Map<string, View>();
  readonly pins: { readonly channel: string; readonly ts: string }[] = [];
  readonly apiCalls: ApiCall[] = [];
  #messages: Message[] = [];
  #lastId = 0;
  #lastMicros = 0;

  constructor(workspace: Workspace, clock: Clock) {
    this.workspace = workspace;
    this.clock = clock;
    for (const user of workspace.users) this.users.set(user.id, user);
    for (const group of workspace.userGroups) this.userGroups.set(group.id, group);
    for (const channel of workspace.channels) this.channels.set(channel.id, channel);
  }

  /** An id that was never given out before, such as `V0000001A`. */
  newId(prefix: string): string {
    this.#lastId += 1;
    return `${prefix}${this.#lastId.toString(36).toUpperCase().padStart(8, '0')}`;
  }

  /** The time as Slack writes it on messages, `1766134800.000100`: seconds, and microseconds that never repeat. */
  newTs(): string {
    this.#lastMicros = Math.max(Math.floor(this.clock.now()) * 1000 + 100, this.#lastMicros + 100);
    return `${Math.floor(this.#lastMicros / 1e6)}.${String(this.#lastMicros % 1e6).padStart(6, '0')}`;
  }

  newHash(): string {
    return `${Math.floor(this.clock.now() / 1000)}.${this.newId('').toLowerCase()}`;
  }

  newTrigger(user: string, lifetime: number, viewId?: string): string {
    const id = `${this.newId('')}.${this.newId('')}.${this.newId('').toLowerCase()}`;
    const expiresAt = this.clock.now() + lifetime;
    this.triggers.set(id, { user, expiresAt, isUsed: false, ...(viewId === undefined ? {} : { viewId }) });
    return id;
  }

  /** The direct-message channel between the bot and a person, made on first use. */
  directMessage(user: string): Channel {
    for (const channel of this.channels.values()) if (channel.kind === 'im' && channel.with === user) return channel;
    const id = this.newId('D');
    const members = [this.workspace.botUserId, user];
    const channel: Channel = { id, name: id, kind: 'im', members, isArchived: false, isExtShared: false, with: user };
    this.channels.set(id, channel);
    return channel;
  }

  /** Everything in the channel itself, oldest first; replies only where they were broadcast. */
  messagesIn(channel: string): readonly Message[] {
    return this.#messages.filter((m) => m.channel === channel && m.ephemeralTo === undefined && isInChannel(m));
  }

  /** The parent and its replies, oldest first. */
  thread(channel: string, ts: string): readonly Message[] {
    return this.#messages.filter(
      (m) => m.channel === channel && m.ephemeralTo === undefined && (m.ts === ts || m.threadTs === ts),
    );
  }

  ephemeralsFor(user: string): readonly Message[] {
    return this.#messages.filter((m) => m.ephemeralTo === user);
  }

  /** Every message a person can read, oldest first: those of the person's channels, and what is for that person alone. */
  messagesFor(user: string): readonly Message[] {
    return this.#messages.filter((m) => this.isFor(user, m));
  }

  isFor(user: string, message: Message): boolean {
    const isMember = this.channels.get(message.channel)?.members.includes(user) ?? false;
    return isMember && (message.ephemeralTo ?? user) === user;
  }

  findMessage(channel: string, ts: string): Message | undefined {
    return this.#messages.find((m) => m.channel === channel && m.ts === ts);
  }

  addMessage(message: Message): Message {
    this.#messages.push(message);
    this.events.emit(message.ephemeralTo === undefined ? 'message' : 'ephemeral', message);
    return message;
  }

  replaceMessage(message: Message): Message {
    this.#messages = this.#messages.map((m) => (m.channel === message.channel && m.ts === message.ts ? message : m));
    this.events.emit('update', message);
    return message;
  }

  removeMessage(message: Message): void {
    this.#messages = this.#messages.filter((m) => m.channel !== message.channel || m.ts !== message.ts);
    this.events.emit('delete', message);
  }

  stackOf(user: string): readonly View[] {
    return (this.stacks.get(user) ?? []).flatMap((id) => this.views.get(id) ?? []);
  }

  /** Puts a modal on top; a first one starts a stack of its own. */
  pushView(view: View): void {
    const below = view.previousId === null ? [] : (this.stacks.get(view.user) ?? []);
    if (below.length >= maxViewsInStack) throw new RangeError('the stack of views is full');
    if (view.previousId === null) this.closeViews(view.user);
    this.views.set(view.id, view);
    this.stacks.set(view.user, [...below, view.id]);
    this.events.emit('view', { change: 'opened', view });
  }

  putView(view: View): void {
    this.views.set(view.id, view);
    if (view.type === 'home') this.homes.set(view.user, view);
    this.events.emit('view', { change: view.type === 'home' ? 'published' : 'updated', view });
  }

  /** Closes the top view of somebody's stack, or all of them, and says which. */
  closeViews(user: string, which: 'top' | 'all' = 'all'): readonly View[] {
    const stack = this.stackOf(user);
    const closed = which === 'all' ? stack : stack.slice(-1);
    for (const view of closed) this.views.delete(view.id);
    this.stacks.set(user, which === 'all' ? [] : stack.slice(0, -1).map((view) => view.id));
    for (const view of closed) this.events.emit('view', { change: 'closed', view });
    return closed;
  }

  viewByExternalId(externalId: string): View | undefined {
    for (const view of this.views.values()) if (view.externalId === externalId) return view;
    return undefined;
  }

  recordCall(call: ApiCall): void {
    this.apiCalls.push(call);
    if (this.apiCalls.length > maxApiCalls) this.apiCalls.shift();
    this.events.emit('api', call);
  }
}
