/** What everything that people do in Slack needs: the one door to the core, and the people on the other side. */
import type { WebClient } from '@slack/web-api';
import { refuseCancel } from '../restore/decide.ts';
import type { Environment } from '../restore/environment.ts';
import { UserError } from '../restore/errors.ts';
import type { RunId } from '../restore/events.ts';
import {
  type Account,
  type Channel,
  groupsThatMatter,
  type Home,
  type Member,
  type Refusal,
  type Role,
  refuseAccount,
} from '../restore/policy.ts';
import type { Clock, ProgressBoard } from '../restore/ports.ts';
import type { Actor } from '../restore/request.ts';
import type { Restores } from '../restore/restores.ts';
import type { Run } from '../restore/run.ts';
import type { Logger } from './logging.ts';
import type { Message } from './messages/blocks.ts';
import type { People, Person } from './people.ts';

export type Desk = {
  readonly restores: Restores;
  readonly people: People;
  readonly client: WebClient;
  readonly progress: ProgressBoard;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Known once the bot has started. */
  readonly home: () => Home;
  readonly onApproved: (runId: RunId) => void;
};

/** One team for everybody: in an Enterprise Grid the same person must not look like two. */
export function actorOf(desk: Desk, { userId, groups }: Member, teamId = desk.home().teamId): Actor {
  return { kind: 'slack', userId, teamId, ...(groups === undefined ? {} : { groups }) };
}

/**
 * Somebody as these environments can name them for a role. Slack is asked only where a user group decides, and `before` that is
 * carried out: the acknowledgement, which must not wait.
 * @throws UserError NETWORK
 */
export async function memberOf(
  { people }: Desk,
  userId: string,
  environments: readonly Environment[],
  role: Role,
  before?: () => Promise<unknown>,
): Promise<Member> {
  const groups = new Set(environments.flatMap((each) => groupsThatMatter(each, userId, role)));
  if (groups.size === 0) return { userId };
  await before?.();
  return await people.member(userId, [...groups]);
}

/** Whether the account is in good standing, asked of Slack now. */
export async function refuseNow(desk: Desk, userId: string): Promise<Refusal | undefined> {
  const { account } = await desk.people.person(userId);
  return refuseAccount(account, desk.home());
}

/** The same of somebody who has asked for nothing. @throws UserError NETWORK */
export async function isInGoodStanding(desk: Desk, userId: string): Promise<boolean> {
  try {
    return (await refuseNow(desk, userId)) === undefined;
  } catch (error) {
    // Slack does not know the account.
    if (error instanceof UserError && error.code === 'NOT_ALLOWED') return false;
    throw error;
  }
}

/**
 * The same of who wants to stop a run. Where Slack cannot say, what has not begun is taken back all the same: who clicked is
 * known, nothing is begun by it, and it may be that very silence for which the run waits.
 */
export async function refuseToStop(desk: Desk, run: Run, userId: string): Promise<Refusal | undefined> {
  try {
    return await refuseNow(desk, userId);
  } catch (error) {
    // It may have begun while Slack was asked.
    const { state } = desk.restores.run(run.id) ?? run;
    if (state === 'APPROVED' && error instanceof UserError && error.code === 'NETWORK') return undefined;
    throw error;
  }
}

/** Who wants to stop a run. User groups are asked about only where the user id alone does not decide. @throws UserError NETWORK */
export async function stopper(desk: Desk, run: Run, userId: string, before?: () => Promise<unknown>): Promise<Actor> {
  const environment = desk.restores.environmentOf(run);
  // Of what was asked for here the record knows the team: a bot that is started while Slack is silent does not.
  const teamId = run.origin.kind === 'slack' ? run.origin.teamId : desk.home().teamId;
  const byId = actorOf(desk, { userId }, teamId);
  if (refuseCancel(run, environment, byId) === undefined) return byId;
  return actorOf(desk, await memberOf(desk, userId, [environment], 'either', before), teamId);
}

/** In the conversation between the person and the bot: where there is no other way to say it to one person alone. */
export function tellDirectly({ client }: Desk, userId: string, { text, blocks }: Message): Promise<unknown> {
  return client.chat.postMessage({ channel: userId, text, blocks: [...blocks] });
}

/** Person, rights and channel, asked of Slack at the same time. */
export async function whoAndWhere(
  desk: Desk,
  userId: string,
  channelId: string,
  environment: Environment,
): Promise<{ readonly person: Person; readonly account: Account; readonly channel: Channel }> {
  const [person, channel, member] = await Promise.all([
    desk.people.person(userId),
    desk.people.channel(channelId),
    memberOf(desk, userId, [environment], 'admin'),
  ]);
  return { person, account: { ...person.account, ...member }, channel };
}
