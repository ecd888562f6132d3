/** Asks Slack who somebody is and what a channel is: each time anew, because rights are checked on it. */
import type { UsersInfoResponse, WebAPIPlatformError, WebClient } from '@slack/web-api';
import { UserError } from '../restore/errors.ts';
import type { Account, Channel, Member } from '../restore/policy.ts';
import { isTimeZone } from '../restore/restore-point/time-zone.ts';
import { isRefusal } from './poster.ts';
import { isSharedOutside } from './shared.ts';
import { cannotAsk } from './trouble.ts';
import type { MembersOf } from './user-groups.ts';

export type Person = {
  readonly account: Account;
  /** IANA zone of the person's settings; UTC when Slack does not say. */
  readonly timeZone: string;
};

export interface People {
  /** @throws UserError NOT_ALLOWED when Slack does not know the account, NETWORK when Slack cannot be asked */
  person(userId: string): Promise<Person>;
  /** @throws UserError NETWORK */
  channel(channelId: string): Promise<Channel>;
  /** User ids of everybody in a channel. @throws whatever the Slack client throws */
  members(channelId: string): Promise<ReadonlySet<string>>;
  /** Somebody with those of the groups that they are in. @throws UserError NETWORK */
  member(userId: string, groups: readonly string[]): Promise<Member>;
  /** User ids of everybody in a user group. @throws UserError NETWORK */
  inGroup(groupId: string): Promise<ReadonlySet<string>>;
}

export function askSlack(client: WebClient, inGroup: MembersOf): People {
  return {
    async person(userId) {
      try {
        const { user } = await client.users.info({ user: userId });
        // What Slack leaves out must not read as harmless.
        if (user?.team_id === undefined) throw unknownAccount(userId);
        const timeZone = user.tz !== undefined && isTimeZone(user.tz) ? user.tz : 'UTC';
        return { account: accountOf(userId, user.team_id, user), timeZone };
      } catch (error) {
        if (error instanceof UserError) throw error;
        if (isRefusal(error, ['user_not_found', 'user_not_visible'])) throw unknownAccount(userId, error);
        throw cannotAsk('who you are', error);
      }
    },
    async channel(channelId) {
      if (channelId.startsWith('D')) return direct(channelId);
      try {
        const { channel } = await client.conversations.info({ channel: channelId });
        if (channel?.is_im === true || channel?.is_mpim === true) return direct(channelId);
        return { channelId, shared: isSharedOutside(channel), joined: channel?.is_member ?? false };
      } catch (error) {
        if (isRefusal(error, ['missing_scope']) && onlyForDirect(error)) return direct(channelId);
        // A private channel without the bot.
        if (isRefusal(error, ['channel_not_found'])) return { channelId, shared: false, joined: false };
        throw cannotAsk('what this channel is', error);
      }
    },
    async members(channelId) {
      const found = new Set<string>();
      let cursor = '';
      do {
        const next = cursor === '' ? {} : { cursor };
        const answer = await client.conversations.members({ channel: channelId, limit: 200, ...next });
        for (const userId of answer.members ?? []) found.add(userId);
        cursor = answer.response_metadata?.next_cursor ?? '';
      } while (cursor !== '');
      return found;
    },
    async member(userId, groups) {
      const members = await Promise.all(groups.map(inGroup));
      const theirs = groups.filter((_, index) => members[index]?.has(userId) === true);
      return { userId, ...(theirs.length === 0 ? {} : { groups: theirs }) };
    },
    inGroup,
  };
}

function direct(channelId: string): Channel {
  return { channelId, shared: false, joined: false, direct: true };
}

/** Whether the scope that is missing is one that we leave out on purpose. */
function onlyForDirect({ data }: WebAPIPlatformError): boolean {
  const needed = 'needed' in data && typeof data.needed === 'string' ? data.needed.split(',') : [];
  return needed.length > 0 && needed.every((scope) => scope === 'im:read' || scope === 'mpim:read');
}

type User = NonNullable<UsersInfoResponse['user']>;

function accountOf(userId: string, teamId: string, user: User): Account {
  const enterpriseId = user.enterprise_user?.enterprise_id;
  return {
    userId,
    teamId,
    ...(enterpriseId === undefined ? {} : { enterpriseId }),
    deleted: user.deleted === true,
    bot: [user.is_bot, user.is_workflow_bot, user.is_connector_bot].includes(true),
    guest: [user.is_restricted, user.is_ultra_restricted].includes(true),
    stranger: user.is_stranger === true,
  };
}

function unknownAccount(userId: string, cause?: unknown): UserError {
  return new UserError(
    'NOT_ALLOWED',
    `Slack does not know the account ${userId}.`,
    'Only members of this workspace may use this bot.',
    {
      cause,
    },
  );
}
