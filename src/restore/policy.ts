/** Who may do what. Pure: facts in, nothing or a refusal out. Names and e-mail addresses are never identity. */
import type { Environment } from './environment.ts';
import { UserError } from './errors.ts';
import type { Actor } from './request.ts';
import { sameActor } from './request.ts';

/** Why not and what to do instead; who could help and where, as ids, for the adapter to show as people and channels. */
export type Refusal = {
  readonly message: string;
  readonly hint: string;
  readonly ask: readonly string[];
  readonly channels: readonly string[];
};

/** Somebody as an environment can name them: by user id, or through user groups they are in at this moment. */
export type Member = { readonly userId: string; readonly groups?: readonly string[] };

/** What the chat says about an account at this moment. */
export type Account = Member & {
  readonly teamId: string;
  readonly enterpriseId?: string;
  readonly deleted: boolean;
  readonly bot: boolean;
  readonly guest: boolean;
  /** Belongs to another workspace and is seen through a shared channel. */
  readonly stranger: boolean;
};

/** What the chat says about a channel at this moment. */
export type Channel = {
  readonly channelId: string;
  /** Shared with another organisation (Slack Connect): anybody there reads it and can click in it. */
  readonly shared: boolean;
  /** The bot is in it, so the story can be told there. */
  readonly joined: boolean;
  /** A direct message, of two or a few: nobody can be invited there, the bot included. */
  readonly direct?: boolean;
};

/** The workspace (and Enterprise Grid organisation) the bot is installed in. */
export type Home = { readonly teamId: string; readonly enterpriseId?: string };

/** A refusal as the error that every surface knows how to show. */
export function notAllowed(refusal: Refusal): UserError {
  const ask = refusal.ask.length === 0 ? '' : ` Ask one of: ${refusal.ask.join(', ')}.`;
  const channels = refusal.channels.length === 0 ? '' : ` Channels: ${refusal.channels.join(', ')}.`;
  return new UserError('NOT_ALLOWED', refusal.message, `${refusal.hint}${ask}${channels}`);
}

/** Accounts that may do nothing here, whatever the configuration lists. */
export function refuseAccount(account: Account, home: Home): Refusal | undefined {
  const ours = account.teamId === home.teamId || sameEnterprise(account, home);
  if (!ours || account.stranger) {
    return refuse(
      'You belong to another workspace.',
      'Only members of the workspace this bot is installed in may use it.',
    );
  }
  if (account.deleted) return refuse('This account is deactivated.', 'A workspace admin can reactivate it.');
  if (account.bot) return refuse('Bots and apps may not ask for, approve or stop a restore.', 'A person has to do it.');
  if (account.guest) return refuse('Guests may not use this bot.', 'Only full members of the workspace may.');
  return undefined;
}

/** Where a restore may be asked for and its story told. */
function refuseChannel(environment: Environment, channel: Channel): Refusal | undefined {
  const elsewhere = refuseChannelId(environment, channel.channelId);
  if (elsewhere !== undefined) return elsewhere;
  if (channel.shared) {
    return refuse(
      'This channel is shared with another organisation (Slack Connect).',
      'Restores may be asked for in channels of this workspace only.',
    );
  }
  if (channel.direct === true) {
    return refuse(
      'This is a direct message, where nobody else could follow a restore.',
      'Type the command in a channel that I am in.',
    );
  }
  if (!channel.joined) {
    return refuse(
      'I am not in this channel, so I could not tell the story of a restore here.',
      'Invite me with /invite @pitr-restore, then type the command again.',
    );
  }
  return undefined;
}

/** What somebody has to be for what they want to do. 'each': whatever they are, for showing it. */
export type Role = 'admin' | 'approver' | 'either' | 'each';

/** The user groups that decide whether somebody has the role: none where their user id does, or where there are none. */
export function groupsThatMatter(environment: Environment, userId: string, role: Role): readonly string[] {
  const { admins, adminGroups = [], approvers, approverGroups = [] } = environment;
  const asAdmin = admins.includes(userId) ? [] : adminGroups;
  const asApprover = approvers.includes(userId) ? [] : approverGroups;
  switch (role) {
    case 'admin':
      return asAdmin;
    case 'approver':
      return asApprover;
    case 'either':
      return isTrusted(environment, { userId }) ? [] : [...asAdmin, ...asApprover];
    case 'each':
      return [...asAdmin, ...asApprover];
  }
}

export function isAdmin({ admins, adminGroups = [] }: Environment, { userId, groups = [] }: Member): boolean {
  return admins.includes(userId) || adminGroups.some((group) => groups.includes(group));
}

export function isApprover({ approvers, approverGroups = [] }: Environment, { userId, groups = [] }: Member): boolean {
  return approvers.includes(userId) || approverGroups.some((group) => groups.includes(group));
}

/** User and group ids of those who may ask. */
export function adminsOf({ admins, adminGroups = [] }: Environment): readonly string[] {
  return [...admins, ...adminGroups];
}

/** User and group ids of those who may approve what `requestedBy` asked for. */
export function approversOf({ approvers, approverGroups = [] }: Environment, requestedBy?: Actor): readonly string[] {
  const others = approvers.filter((userId) => requestedBy === undefined || !isUser(requestedBy, userId));
  return [...others, ...approverGroups];
}

/** Whether there could ever be enough approvals: who is in a group is known to the chat alone, so a group is enough. */
export function couldBeApproved(environment: Environment, requestedBy?: Actor): boolean {
  const { approvals, approverGroups = [] } = environment;
  return approverGroups.length > 0 || approversOf(environment, requestedBy).length >= approvals;
}

/** What can be asked for: a restore, to undo one, or a drill, which writes to no live table. */
export type Wish = 'restore' | 'undo' | 'drill';

const wishes: Readonly<Record<Wish, string>> = {
  restore: 'ask for a restore of',
  undo: 'ask to undo a restore of',
  drill: 'start a drill of',
};

/** The part of {@link mayRequest} that needs no look-up. */
export function mayAsk(
  environment: Environment,
  by: Member,
  channelId: string,
  wish: Wish = 'restore',
): Refusal | undefined {
  if (!isAdmin(environment, by)) {
    return refuse(
      `You may not ${wishes[wish]} ${environment.name}.`,
      `Only its admins may; the configuration lists them by ${ids(environment.adminGroups)}, and you (${by.userId}) are not among them.`,
      adminsOf(environment),
    );
  }
  return refuseChannelId(environment, channelId);
}

/** Asking for a restore, or to undo one: an admin of the environment, with an account in good standing, in a channel meant for it. */
export function mayRequest(
  environment: Environment,
  account: Account,
  channel: Channel,
  home: Home,
  wish: Wish = 'restore',
): Refusal | undefined {
  return (
    refuseAccount(account, home) ??
    mayAsk(environment, account, channel.channelId, wish) ??
    refuseChannel(environment, channel)
  );
}

/** Agreeing to somebody else's request. */
export function mayApprove(environment: Environment, requestedBy: Actor, by: Actor): Refusal | undefined {
  const others = approversOf(environment, requestedBy);
  if (samePerson(requestedBy, by)) {
    return refuse(
      'You asked for this restore, so you cannot approve it yourself.',
      'A second person has to look at it.',
      others,
    );
  }
  return refuseDecision(environment, others, by);
}

/** Turning a request down: whoever could approve it. The requester withdraws instead. */
export function mayDeny(environment: Environment, requestedBy: Actor, by: Actor): Refusal | undefined {
  if (samePerson(requestedBy, by)) {
    return refuse('You asked for this restore yourself.', 'Use Withdraw to take it back.');
  }
  return refuseDecision(environment, approversOf(environment), by);
}

/** Taking a request back: only who made it. */
export function mayWithdraw(requestedBy: Actor, by: Actor): Refusal | undefined {
  if (samePerson(requestedBy, by)) return undefined;
  return refuse(
    'Only the person who asked for this restore can withdraw it.',
    'An approver can deny it.',
    requestedBy.kind === 'slack' ? [requestedBy.userId] : [],
  );
}

/** Stopping a restore, or changing its speed: who asked for it, the admins and the approvers of its environment, and the machine's own shell. */
export function mayCancel(
  environment: Environment,
  requestedBy: Actor,
  by: Actor,
  what: 'cancel' | 'speed' = 'cancel',
): Refusal | undefined {
  if (by.kind !== 'slack' || samePerson(requestedBy, by) || isTrusted(environment, by)) return undefined;
  return refuse(
    `You may not ${what === 'cancel' ? 'stop' : 'set the speed of'} a restore of ${environment.name}.`,
    'The person who asked for it may, and the admins and approvers of the environment.',
    trustedIn(environment),
  );
}

/** Answering whether the shown plan shall be carried out: admins and approvers, and the machine's own shell. */
export function mayAnswerPlan(environment: Environment, by: Actor): Refusal | undefined {
  if (by.kind !== 'slack' || isTrusted(environment, by)) return undefined;
  return refuse(`You may not answer for ${environment.name}.`, 'Its admins and approvers may.', trustedIn(environment));
}

/** Looking at an environment's tables: its admins and approvers. */
export function mayLook(environment: Environment, by: Member): Refusal | undefined {
  if (isTrusted(environment, by)) return undefined;
  return refuse(
    `You may not look at the tables of ${environment.name}.`,
    'Its admins and approvers may.',
    trustedIn(environment),
  );
}

/** Admins and approvers of an environment, and their groups, each once. */
export function trustedIn(environment: Environment): readonly string[] {
  return [...new Set([...adminsOf(environment), ...approversOf(environment)])];
}

function refuseDecision(environment: Environment, ask: readonly string[], by: Actor): Refusal | undefined {
  if (by.kind === 'slack' && isApprover(environment, by)) return undefined;
  return refuse(
    `You are not an approver of ${environment.name}.`,
    `The configuration lists its approvers by ${ids(environment.approverGroups)}.`,
    ask,
  );
}

function refuseChannelId(environment: Environment, channelId: string): Refusal | undefined {
  if (environment.channels.length === 0 || environment.channels.includes(channelId)) return undefined;
  return {
    message: `${environment.name} may not be restored from this channel.`,
    hint: 'Type the command in a channel the configuration names for it.',
    ask: [],
    channels: environment.channels,
  };
}

function isTrusted(environment: Environment, by: Member): boolean {
  return isAdmin(environment, by) || isApprover(environment, by);
}

function ids(groups: readonly string[] = []): string {
  return groups.length === 0 ? 'user id' : 'user id and user group';
}

/** By user id alone: in an Enterprise Grid one person acts in several teams, and must not become a second person by that. */
export function samePerson(a: Actor, b: Actor): boolean {
  return a.kind === 'slack' && b.kind === 'slack' ? a.userId === b.userId : sameActor(a, b);
}

function isUser(actor: Actor, userId: string): boolean {
  return actor.kind === 'slack' && actor.userId === userId;
}

function sameEnterprise(account: Account, home: Home): boolean {
  return home.enterpriseId !== undefined && account.enterpriseId === home.enterpriseId;
}

function refuse(message: string, hint: string, ask: readonly string[] = []): Refusal {
  return { message, hint, ask, channels: [] };
}
