/** Every method this Slack knows, by its name. Any other is an `unknown_method`. */
import { describeProblem, type Problem, validateBlocks, validateMessage, validateView } from '../block-kit.ts';
import { type JsonObject, objectsAt, textAt } from '../json.ts';
import { chatMethods } from './chat.ts';
import { decoded } from './content.ts';
import { conversationMethods } from './conversations.ts';
import { botMethod, type Call, channelById, type Methods, needText } from './method.ts';
import { peopleMethods } from './people.ts';
import { invalidArguments, SlackError } from './slack-error.ts';
import { viewMethods } from './views.ts';

export const methods: Methods = {
  ...chatMethods,
  ...conversationMethods,
  ...peopleMethods,
  ...viewMethods,
  'api.test': { scopes: [], token: 'none', run: apiTest },
  'blocks.validate': { scopes: [], token: 'none', run: blocksValidate },
  'auth.test': botMethod([], authTest),
  'apps.connections.open': { scopes: [], token: 'app', run: (call) => ({ url: call.openSocket() }) },
  'pins.add': botMethod(['pins:write'], pin),
  'reactions.add': botMethod(['reactions:write'], react),
};

function apiTest(call: Call): JsonObject {
  const error = textAt(call.args, 'error');
  if (error) throw new SlackError(error, { args: call.args });
  return { args: call.args };
}

function authTest(call: Call): JsonObject {
  const { workspace } = call.store;
  return {
    url: `https://${workspace.teamDomain}.slack.com/`,
    team: workspace.teamName,
    user: call.store.users.get(workspace.botUserId)?.name,
    team_id: workspace.teamId,
    user_id: workspace.botUserId,
    bot_id: workspace.botId,
    is_enterprise_install: false,
  };
}

/** The shape is Slack's own (docs.slack.dev/reference/methods/blocks.validate): public, without a token. */
function blocksValidate(call: Call): JsonObject {
  const given = (['blocks', 'message', 'view'] as const).filter((name) => call.args[name] !== undefined);
  const [name] = given;
  if (name === undefined || given.length > 1) {
    throw invalidArguments('must provide exactly one of `blocks`, `view`, or `message`');
  }
  const errors = problemsOf(name, decoded(call.args[name]));
  if (errors.length === 0) return {};
  const messages = errors.map(describeProblem);
  throw new SlackError(`invalid_${name}`, { errors, response_metadata: { messages } });
}

function problemsOf(name: 'blocks' | 'message' | 'view', value: unknown): readonly Problem[] {
  switch (name) {
    case 'blocks':
      return validateBlocks(value, 'message');
    case 'message':
      return validateMessage(value);
    case 'view':
      return validateView(value);
  }
}

function pin(call: Call): JsonObject {
  const channel = channelById(call, needText(call, 'channel'));
  const ts = needText(call, 'timestamp');
  if (call.store.findMessage(channel.id, ts) === undefined) throw new SlackError('message_not_found');
  const { pins } = call.store;
  if (pins.some((entry) => entry.channel === channel.id && entry.ts === ts)) throw new SlackError('already_pinned');
  pins.push({ channel: channel.id, ts });
  return {};
}

function react(call: Call): JsonObject {
  const { store } = call;
  const channel = channelById(call, needText(call, 'channel'));
  const name = needText(call, 'name');
  const message = store.findMessage(channel.id, needText(call, 'timestamp'));
  if (message === undefined) throw new SlackError('message_not_found');
  const reactions = objectsAt(message, 'reactions');
  if (reactions.some((reaction) => reaction['name'] === name)) throw new SlackError('already_reacted');
  const added = { name, users: [store.workspace.botUserId], count: 1 };
  store.replaceMessage({ ...message, reactions: [...reactions, added] });
  return {};
}
