/** Who and what exists in the sandbox's workspace before anybody says anything. */

export interface User {
  readonly id: string;
  readonly teamId: string;
  readonly name: string;
  readonly realName: string;
  readonly tz: string;
  readonly deleted: boolean;
  readonly isAdmin: boolean;
  readonly isBot: boolean;
  readonly isRestricted: boolean;
  readonly isUltraRestricted: boolean;
  readonly isStranger: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im';
  readonly members: readonly string[];
  readonly isArchived: boolean;
  /** Shared with another workspace over Slack Connect. */
  readonly isExtShared: boolean;
  /** The person at the other end, for a direct message. */
  readonly with?: string;
}

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
  readonly isEnabled: boolean;
}

export interface Workspace {
  readonly teamId: string;
  readonly teamDomain: string;
  readonly teamName: string;
  readonly appId: string;
  readonly botId: string;
  readonly botUserId: string;
  readonly users: readonly User[];
  readonly channels: readonly Channel[];
  readonly userGroups: readonly UserGroup[];
}

type UserSeed = { readonly id: string } & Partial<Omit<User, 'id'>>;
type ChannelSeed = { readonly id: string } & Partial<Omit<Channel, 'id'>>;
type UserGroupSeed = { readonly id: string } & Partial<Omit<UserGroup, 'id'>>;

export interface WorkspaceSeed {
  readonly teamId?: string;
  readonly teamDomain?: string;
  readonly botUserId?: string;
  /** Added to the default people; one with a default's id changes only the fields it names. */
  readonly users?: readonly UserSeed[];
  /** Added to the default channels, in the same way. */
  readonly channels?: readonly ChannelSeed[];
  readonly userGroups?: readonly UserGroupSeed[];
}

const people: readonly UserSeed[] = [
  { id: 'U0ALICE', name: 'alice', realName: 'Alice Adler', tz: 'Europe/Berlin', isAdmin: true },
  { id: 'U0BOB', name: 'bob', realName: 'Bob Brown', tz: 'America/New_York' },
  { id: 'U0CAROL', name: 'carol', realName: 'Carol Clark', tz: 'Europe/London' },
];

/**
 * The default workspace with the seed laid over it. The bot is in #ops and, on purpose, not in #random.
 * @throws Error when an id could not be Slack's.
 */
export function buildWorkspace(seed: WorkspaceSeed = {}): Workspace {
  const teamId = checkedId(seed.teamId ?? 'T0SANDBOX', /^[TE][A-Z0-9]+$/);
  const botUserId = checkedId(seed.botUserId ?? 'U0BOT', userId);
  const bot: UserSeed = { id: botUserId, name: 'pitr-restore', realName: 'PITR Restore', isBot: true };
  const users = overlaid([...people, bot], seed.users).map((user) => completeUser(user, teamId));
  const everybody = users.filter((user) => user.teamId === teamId && !user.deleted).map((user) => user.id);
  const humans = everybody.filter((id) => id !== botUserId);
  const channels: readonly ChannelSeed[] = [
    { id: 'C0OPS', name: 'ops', members: everybody },
    { id: 'C0RANDOM', name: 'random', members: humans },
  ];
  return {
    teamId,
    teamDomain: seed.teamDomain ?? 'sandbox',
    teamName: 'Sandbox',
    appId: 'A0SANDBOX',
    botId: 'B0SANDBOX',
    botUserId,
    users,
    channels: overlaid(channels, seed.channels).map((channel) => completeChannel(channel, everybody)),
    userGroups: (seed.userGroups ?? []).map(completeUserGroup),
  };
}

const userId = /^[UW][A-Z0-9]+$/;

function completeUser(seed: UserSeed, teamId: string): User {
  const name = seed.name ?? seed.id.toLowerCase();
  return {
    teamId,
    name,
    realName: name,
    tz: 'Etc/UTC',
    deleted: false,
    isAdmin: false,
    isBot: false,
    isRestricted: false,
    isUltraRestricted: false,
    isStranger: false,
    ...seed,
    id: checkedId(seed.id, userId),
  };
}

function completeChannel(seed: ChannelSeed, everybody: readonly string[]): Channel {
  const defaults = { kind: 'public', members: everybody, isArchived: false, isExtShared: false } as const;
  return { name: seed.id.toLowerCase(), ...defaults, ...seed, id: checkedId(seed.id, /^[CGD][A-Z0-9]+$/) };
}

function completeUserGroup(seed: UserGroupSeed): UserGroup {
  const handle = seed.handle ?? seed.id.toLowerCase();
  return { handle, name: handle, users: [], isEnabled: true, ...seed, id: checkedId(seed.id, /^S[A-Z0-9]+$/) };
}

function overlaid<T extends { readonly id: string }>(defaults: readonly T[], seeds: readonly T[] = []): readonly T[] {
  const merged = new Map(defaults.map((entry) => [entry.id, entry]));
  for (const seed of seeds) merged.set(seed.id, { ...merged.get(seed.id), ...seed });
  return [...merged.values()];
}

function checkedId(id: string, pattern: RegExp): string {
  if (pattern.test(id)) return id;
  throw new Error(`"${id}" could not be a Slack id: it must match ${pattern}`);
}
