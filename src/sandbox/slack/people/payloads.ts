/** The payloads of commands, interactions and events: docs.slack.dev/reference/interaction-payloads. */
import type { Envelope } from '../envelope.ts';
import type { JsonObject } from '../json.ts';
import type { Message } from '../messages.ts';
import type { Store } from '../store.ts';
import type { View } from '../views.ts';
import { wireMessage, wireView } from '../wire.ts';
import type { Channel, User } from '../workspace.ts';

/** Slack still sends its long-deprecated verification token. */
const token = 'sandbox-verification-token';

function everyInteraction(store: Store, user: User): JsonObject {
  const { workspace } = store;
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: user.teamId },
    api_app_id: workspace.appId,
    token,
    team: { id: workspace.teamId, domain: workspace.teamDomain },
    enterprise: null,
    is_enterprise_install: false,
  };
}

export interface CommandCall {
  readonly user: User;
  readonly channel: Channel;
  readonly command: string;
  readonly text: string;
  readonly triggerId: string;
  readonly responseUrl: string;
}

export function commandEnvelope(store: Store, call: CommandCall): Envelope {
  const { workspace } = store;
  const payload = {
    token,
    team_id: workspace.teamId,
    team_domain: workspace.teamDomain,
    channel_id: call.channel.id,
    channel_name: shownName(call.channel),
    user_id: call.user.id,
    user_name: call.user.name,
    command: call.command,
    text: call.text,
    api_app_id: workspace.appId,
    is_enterprise_install: 'false',
    response_url: call.responseUrl,
    trigger_id: call.triggerId,
  };
  return { type: 'slash_commands', payload };
}

/** Slack does not tell a bot the name of a private conversation. */
function shownName(channel: Channel): string {
  switch (channel.kind) {
    case 'public':
      return channel.name;
    case 'private':
      return 'privategroup';
    case 'im':
      return 'directmessage';
  }
}

export interface Touch {
  readonly user: User;
  readonly action: JsonObject;
  readonly triggerId: string;
  readonly values: JsonObject;
}

export function messageActionEnvelope(store: Store, touch: Touch, message: Message, responseUrl: string): Envelope {
  const isEphemeral = message.ephemeralTo !== undefined;
  const channel = store.channels.get(message.channel);
  const payload = {
    type: 'block_actions',
    ...everyInteraction(store, touch.user),
    container: {
      type: 'message',
      message_ts: message.ts,
      channel_id: message.channel,
      is_ephemeral: isEphemeral,
      ...(message.threadTs ? { thread_ts: message.threadTs } : {}),
    },
    trigger_id: touch.triggerId,
    channel: { id: message.channel, name: channel === undefined ? '' : shownName(channel) },
    // Slack keeps no ephemeral message, so it cannot send one along.
    ...(isEphemeral ? {} : { message: wireMessage(store, message) }),
    state: { values: touch.values },
    response_url: responseUrl,
    actions: [touch.action],
  };
  return { type: 'interactive', payload };
}

export function viewActionEnvelope(store: Store, touch: Touch, view: View): Envelope {
  const payload = {
    type: 'block_actions',
    ...everyInteraction(store, touch.user),
    container: { type: 'view', view_id: view.id },
    trigger_id: touch.triggerId,
    view: wireView(store, view, touch.values),
    actions: [touch.action],
  };
  return { type: 'interactive', payload };
}

export interface Submission {
  readonly user: User;
  readonly view: View;
  readonly values: JsonObject;
  readonly triggerId: string;
  readonly responseUrls: readonly JsonObject[];
}

export function submissionEnvelope(store: Store, submission: Submission): Envelope {
  const payload = {
    type: 'view_submission',
    ...everyInteraction(store, submission.user),
    trigger_id: submission.triggerId,
    view: wireView(store, submission.view, submission.values),
    response_urls: submission.responseUrls,
  };
  return { type: 'interactive', payload };
}

export function closedEnvelope(store: Store, user: User, view: View, values: JsonObject, isCleared: boolean): Envelope {
  const interaction = everyInteraction(store, user);
  const payload = { type: 'view_closed', ...interaction, view: wireView(store, view, values), is_cleared: isCleared };
  return { type: 'interactive', payload };
}

export function homeOpenedEnvelope(store: Store, user: User): Envelope {
  const { workspace } = store;
  const home = store.homes.get(user.id);
  const event = {
    type: 'app_home_opened',
    user: user.id,
    channel: store.directMessage(user.id).id,
    tab: 'home',
    ...(home === undefined ? {} : { view: wireView(store, home) }),
    event_ts: store.newTs(),
  };
  const installation = { enterprise_id: null, team_id: workspace.teamId, user_id: workspace.botUserId };
  const payload = {
    token,
    team_id: workspace.teamId,
    api_app_id: workspace.appId,
    event,
    type: 'event_callback',
    event_id: store.newId('Ev'),
    event_time: Math.floor(store.clock.now() / 1000),
    authorizations: [{ ...installation, is_bot: true, is_enterprise_install: false }],
    is_ext_shared_channel: false,
  };
  return { type: 'events_api', payload };
}
