/** Who is in which Slack user group. Asked of Slack, and believed for a minute; where Slack does not say, nobody is. */
import type { WebClient } from '@slack/web-api';
import type { Clock } from '../restore/ports.ts';
import type { Instant } from '../restore/restore-point.ts';
import { times } from './limits.ts';
import type { Logger } from './logging.ts';
import { isRefusal } from './poster.ts';
import { cannotAsk } from './trouble.ts';

type Members = ReadonlySet<string>;

/** @throws UserError NETWORK when Slack cannot be asked */
export type MembersOf = (groupId: string) => Promise<Members>;

/** `usergroups.users.list` is tier 2, about 20 a minute: each group is asked about once a minute at most. */
export function askUserGroups(client: WebClient, clock: Clock, logger: Logger): MembersOf {
  const known = new Map<string, { readonly at: Instant; readonly members: Promise<Members> }>();

  async function ask(groupId: string): Promise<Members> {
    try {
      const { users = [] } = await client.usergroups.users.list({ usergroup: groupId, include_disabled: false });
      return new Set(users);
    } catch (error) {
      if (!isRefusal(error, givesNobody)) throw cannotAsk(`who is in the user group ${groupId}`, error);
      logger.error({ reason: groupId, err: error }, 'A user group of the configuration gives nobody any right');
      return new Set();
    }
  }

  return (groupId) => {
    const before = known.get(groupId);
    if (before !== undefined && clock.now() - before.at < times.groupKept) return before.members;
    const members = ask(groupId);
    const asked = { at: clock.now(), members };
    known.set(groupId, asked);
    // What could not be learnt is not remembered: the next one asks again.
    members.catch(() => {
      if (known.get(groupId) === asked) known.delete(groupId);
    });
    return members;
  };
}

/** Only people can change these: the group is gone or switched off, or the app was not installed anew for the scope. */
const givesNobody = ['no_such_subteam', 'subteam_disabled', 'missing_scope', 'plan_upgrade_required', 'not_allowed'];
