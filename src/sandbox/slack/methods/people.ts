/** users.*, usergroups.* and bots.* */
import { flagAt, type JsonObject } from '../json.ts';
import { wireUser } from '../wire.ts';
import { botMethod, type Call, type Methods, needText, page } from './method.ts';
import { SlackError } from './slack-error.ts';

export const peopleMethods: Methods = {
  'users.info': botMethod(['users:read'], userInfo),
  'users.list': botMethod(['users:read'], userList),
  'bots.info': botMethod(['users:read'], botInfo),
  'usergroups.list': botMethod(['usergroups:read'], groupList),
  'usergroups.users.list': botMethod(['usergroups:read'], groupUsers),
};

function userInfo(call: Call): JsonObject {
  const user = call.store.users.get(needText(call, 'user'));
  if (user === undefined) throw new SlackError('user_not_found');
  return { user: wireUser(user, call.store.clock.now()) };
}

function userList(call: Call): JsonObject {
  const { items, next } = page(call, [...call.store.users.values()]);
  const now = call.store.clock.now();
  const members = items.map((user) => wireUser(user, now));
  return { members, cache_ts: Math.floor(now / 1000), response_metadata: { next_cursor: next } };
}

function botInfo(call: Call): JsonObject {
  const { workspace } = call.store;
  if (needText(call, 'bot') !== workspace.botId) throw new SlackError('bot_not_found');
  const name = call.store.users.get(workspace.botUserId)?.name;
  const bot = { id: workspace.botId, deleted: false, name, app_id: workspace.appId, user_id: workspace.botUserId };
  return { bot };
}

function groupList(call: Call): JsonObject {
  const { workspace, userGroups } = call.store;
  const asked = [...userGroups.values()].filter((group) => group.isEnabled || flagAt(call.args, 'include_disabled'));
  const usergroups = asked.map((group) => ({
    id: group.id,
    team_id: workspace.teamId,
    is_usergroup: true,
    name: group.name,
    handle: group.handle,
    date_delete: group.isEnabled ? 0 : 1,
    user_count: group.users.length,
    ...(flagAt(call.args, 'include_users') ? { users: group.users } : {}),
  }));
  return { usergroups };
}

function groupUsers(call: Call): JsonObject {
  const id = needText(call, 'usergroup');
  const group = call.store.userGroups.get(id);
  if (group === undefined) throw new SlackError('no_such_subteam');
  if (!group.isEnabled && !flagAt(call.args, 'include_disabled')) throw new SlackError('subteam_disabled');
  return { users: group.users };
}
