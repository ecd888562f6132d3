/** Somebody who uses Slack: types commands, fills in forms, clicks, and sees only what that person would see. */
import type { Deliveries } from '../deliveries.ts';
import type { Faults } from '../faults.ts';
import { type JsonObject, objectAt, textAt } from '../json.ts';
import type { Message } from '../messages.ts';
import { SlackError } from '../methods/slack-error.ts';
import { newResponseUrl, respond } from '../response-url.ts';
import type { Store } from '../store.ts';
import type { View } from '../views.ts';
import { until } from '../wait.ts';
import type { Channel, User } from '../workspace.ts';
import { actionOf } from './action.ts';
import { find, type Pick, type Touchable, touchables } from './elements.ts';
import { Drafts, type FormValues } from './form.ts';
import { holdsState } from './input.ts';
import {
  type ClickOutcome,
  type CommandOutcome,
  confirmDialog,
  type Reached,
  reached,
  type SubmitOutcome,
  trouble,
} from './outcomes.ts';
import {
  closedEnvelope,
  commandEnvelope,
  homeOpenedEnvelope,
  messageActionEnvelope,
  submissionEnvelope,
  viewActionEnvelope,
} from './payloads.ts';
import { applySubmission } from './submission.ts';

export interface World {
  readonly store: Store;
  readonly deliveries: Deliveries;
  readonly faults: Faults;
  readonly url: () => string;
  /** Milliseconds for which a trigger_id is good. */
  readonly triggerLifetime: number;
}

export interface ClickOptions {
  /** The answer to a confirm dialog, should there be one; `confirm` unless told otherwise. */
  readonly confirm?: 'confirm' | 'deny';
  /** Clicks on the very copy given, as somebody does whose screen is a moment behind. */
  readonly staleMessage?: boolean;
}

export class Person {
  readonly id: string;
  readonly #world: World;
  readonly #drafts = new Drafts();

  constructor(world: World, id: string) {
    this.#world = world;
    this.id = id;
  }

  /** Types a slash command, in #ops unless told otherwise. @throws Error when that person is not in the channel. */
  async command(command: string, text = '', where: { readonly channel?: string } = {}): Promise<CommandOutcome> {
    const { store, faults, deliveries } = this.#world;
    const channel = this.#channel(where.channel ?? 'C0OPS');
    const path = newResponseUrl(store, { channel: channel.id, user: this.id });
    const triggerId = this.#trigger();
    const responseUrl = this.#world.url() + path;
    const call = { user: this.#user, channel, command, text, triggerId, responseUrl };
    const delivery = await deliveries.ask(commandEnvelope(store, call));
    const outcome = reached(delivery);
    if (delivery.outcome !== 'acked') return failedCommand(command, outcome, outcome.error ?? '');
    const body = delivery.body;
    if (typeof body !== 'object' || body === null || Object.keys(body).length === 0) return outcome;
    try {
      const place = { channel: channel.id, user: this.id, expiresAt: 0, usesLeft: 1 };
      const said = respond(store, faults, place, Object.fromEntries(Object.entries(body)));
      if (said === undefined) return outcome;
      const blocks = said.blocks ? { blocks: said.blocks } : {};
      return { ...outcome, response: { text: said.text, ...blocks, ephemeral: said.ephemeralTo !== undefined } };
    } catch (error) {
      if (!(error instanceof SlackError)) throw error;
      return failedCommand(command, outcome, 'invalid_command_response');
    }
  }

  /** Posts in a channel as themselves. */
  say(channel: string, text: string, thread: { readonly threadTs?: string } = {}): Message {
    const { store } = this.#world;
    const threadTs = thread.threadTs === undefined ? {} : { threadTs: thread.threadTs };
    return store.addMessage({
      channel: this.#channel(channel).id,
      ts: store.newTs(),
      user: this.id,
      text,
      ...threadTs,
    });
  }

  /** The modals open before them, the root first. */
  views(): readonly View[] {
    return this.#world.store.stackOf(this.id);
  }

  /** The modal on top. */
  view(): View | undefined {
    return this.views().at(-1);
  }

  viewUntil(predicate: (view: View) => boolean, ms = 30_000): Promise<View> {
    const look = () => {
      const view = this.view();
      return view !== undefined && predicate(view) ? view : undefined;
    };
    return until(this.#world.store, look, ms, () => `a view for ${this.id} (on top: ${this.view()?.id ?? 'none'})`);
  }

  /** Types into a form without sending it. */
  fill(view: View, values: FormValues): void {
    const current = this.#open(view);
    this.#drafts.fill(current.id, current.blocks, values);
  }

  /** Fills in and presses the submit button. What Slack's client refuses is not sent. */
  async submit(view: View | undefined, values: FormValues = {}): Promise<SubmitOutcome> {
    const { store, faults, deliveries } = this.#world;
    const current = this.#open(view);
    if (current.submit === undefined) throw new Error(`view ${current.id} has no submit button`);
    this.#drafts.fill(current.id, current.blocks, values);
    const errors = this.#drafts.complaints(current.id, current.blocks);
    if (Object.keys(errors).length > 0) return { acked: false, ackMs: 0, isSent: false, errors };
    const formValues = this.#drafts.values(current.id, current.blocks);
    const triggerId = this.#trigger(current.id);
    const responseUrls = this.#responseUrls(current);
    const submission = { user: this.#user, view: current, values: formValues, triggerId, responseUrls };
    const delivery = await deliveries.ask(submissionEnvelope(store, submission));
    const body = delivery.outcome === 'acked' ? delivery.body : undefined;
    return applySubmission(store, faults, current, reached(delivery), body);
  }

  /** Closes the view on top, or with `all` the whole stack. */
  async close(view: View | undefined, which: { readonly all?: boolean } = {}): Promise<Reached | undefined> {
    const { store, deliveries } = this.#world;
    const top = this.#open(view);
    const isCleared = which.all === true || top.clearOnClose;
    const closed = store.closeViews(this.id, isCleared ? 'all' : 'top').filter((one) => one.notifyOnClose);
    const told = await Promise.all(
      closed.map((one) => {
        const values = this.#drafts.values(one.id, one.blocks);
        return deliveries.ask(closedEnvelope(store, this.#user, one, values, isCleared));
      }),
    );
    return told[0] === undefined ? undefined : reached(told[0]);
  }

  /** Clicks a button. @throws Error when it is not, or no longer, there. */
  click(target: Message | View, pick: Pick, options: ClickOptions = {}): Promise<ClickOutcome> {
    return this.#touch(target, pick, undefined, options);
  }

  /** Picks from a menu, a set of boxes or a picker, or types into an input. */
  choose(target: Message | View, pick: Pick, value: unknown, options: ClickOptions = {}): Promise<ClickOutcome> {
    return this.#touch(target, pick, value, options);
  }

  /** Opens the app's Home tab; resolves after the first try to tell the bot. */
  async openHome(): Promise<Reached> {
    const { store, deliveries } = this.#world;
    return reached(await deliveries.tell(homeOpenedEnvelope(store, this.#user)));
  }

  home(): View | undefined {
    return this.#world.store.homes.get(this.id);
  }

  /** What only they can see, in all channels, oldest first. */
  ephemerals(): readonly Message[] {
    return this.#world.store.ephemeralsFor(this.id);
  }

  ephemeralUntil(predicate: (message: Message) => boolean, ms = 30_000): Promise<Message> {
    const look = () => this.ephemerals().find(predicate);
    return until(this.#world.store, look, ms, () => `an ephemeral message for ${this.id}`);
  }

  /** The conversation between them and the bot. */
  dms(): readonly Message[] {
    const { store } = this.#world;
    return store.messagesIn(store.directMessage(this.id).id);
  }

  async #touch(target: Message | View, pick: Pick, value: unknown, options: ClickOptions): Promise<ClickOutcome> {
    const { store, deliveries } = this.#world;
    const current = options.staleMessage === true ? target : this.#visible(target);
    const touchable = find(current.blocks, pick);
    const dialog = confirmDialog(touchable.element);
    const shown = dialog === undefined ? {} : { confirm: dialog };
    if (dialog !== undefined && options.confirm === 'deny') return { acked: false, ackMs: 0, ...shown };
    const where = whereOf(current);
    const action = actionOf(touchable, value, store.newTs());
    if (holdsState(touchable)) this.#drafts.put(where, touchable, action.state);
    if (!touchable.isDispatched) return { acked: false, ackMs: 0, ...shown };
    const delivery = await deliveries.ask(this.#touchEnvelope(current, where, action.wire));
    const outcome = reached(delivery);
    return { ...outcome, ...shown, ...(outcome.acked ? {} : { warning: trouble }) };
  }

  #touchEnvelope(target: Message | View, where: string, action: JsonObject) {
    const { store } = this.#world;
    const values = this.#drafts.values(where, target.blocks);
    const viewId = isView(target) ? target.id : undefined;
    const touch = { user: this.#user, action, triggerId: this.#trigger(viewId), values };
    if (isView(target)) return viewActionEnvelope(store, touch, target);
    const path = newResponseUrl(store, { channel: target.channel, user: this.id, messageTs: target.ts });
    return messageActionEnvelope(store, touch, target, this.#world.url() + path);
  }

  /** The message or view as it is now, if this person can see it. */
  #visible(target: Message | View): Message | View {
    if (isView(target)) return target.type === 'home' ? (this.home() ?? gone('the Home tab')) : this.#open(target);
    const message = this.#world.store.findMessage(target.channel, target.ts) ?? gone(`message ${target.ts}`);
    if (message.ephemeralTo !== undefined && message.ephemeralTo !== this.id)
      throw new Error('only somebody else sees it');
    this.#channel(message.channel);
    return message;
  }

  #open(view: View | undefined): View {
    const open = this.views();
    const top = open.at(-1);
    if (top !== undefined && (view === undefined || view.id === top.id)) return top;
    throw new Error(
      `view ${view?.id ?? ''} is not on top for ${this.id}; open are: ${open.map((v) => v.id).join(', ')}`,
    );
  }

  #channel(id: string): Channel {
    const channel = this.#world.store.channels.get(id);
    if (channel === undefined) throw new Error(`there is no channel ${id}`);
    if (!channel.members.includes(this.id)) throw new Error(`${this.id} is not in channel ${id}`);
    return channel;
  }

  #responseUrls(view: View): readonly JsonObject[] {
    const askers = touchables(view.blocks).filter((one) => one.element['response_url_enabled'] === true);
    return askers.flatMap((one: Touchable) => {
      const values = this.#drafts.values(view.id, view.blocks);
      const channel = channelChosen(values, one);
      if (channel === undefined) return [];
      const path = newResponseUrl(this.#world.store, { channel, user: this.id });
      const ids = { block_id: one.blockId, action_id: one.actionId, channel_id: channel };
      return [{ ...ids, response_url: this.#world.url() + path }];
    });
  }

  #trigger(viewId?: string): string {
    return this.#world.store.newTrigger(this.id, this.#world.triggerLifetime, viewId);
  }

  get #user(): User {
    return this.#world.store.users.get(this.id) ?? gone(`user ${this.id}`);
  }
}

function isView(target: Message | View): target is View {
  return 'hash' in target;
}

function whereOf(target: Message | View): string {
  return isView(target) ? target.id : `${target.channel}/${target.ts}`;
}

function gone(what: string): never {
  throw new Error(`${what} does not exist (any more)`);
}

function failedCommand(command: string, outcome: Reached, error: string): CommandOutcome {
  return { ...outcome, error, errorText: `${command} failed with the error "${error}"` };
}

function channelChosen(values: JsonObject, asker: Touchable): string | undefined {
  const state = objectAt(objectAt(values, asker.blockId), asker.actionId);
  return textAt(state, 'selected_conversation') ?? textAt(state, 'selected_channel');
}
