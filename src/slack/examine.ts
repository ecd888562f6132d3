/** What `doctor` finds out about Slack: look-ups only, nothing is posted. */
import { LogLevel, WebAPIPlatformError, WebClient } from '@slack/web-api';
import { times } from './limits.ts';
import { botScopes } from './scopes.ts';
import { isSharedOutside } from './shared.ts';

export type SlackFinding = {
  readonly check: 'token' | 'scopes' | 'app-token' | 'channel' | 'person' | 'group';
  readonly subject: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'not tested';
  readonly message: string;
  readonly hint: string;
};

export type SlackSubjects = {
  readonly botToken: string;
  readonly appToken?: string;
  readonly apiUrl?: string;
  readonly channels: readonly string[];
  readonly people: readonly string[];
  readonly groups: readonly string[];
};

const settingsPage = 'https://api.slack.com/apps';

/** Asks Slack about the tokens, and with them about everything the configuration names. */
export async function examineSlack(subjects: SlackSubjects): Promise<readonly SlackFinding[]> {
  const { botToken, appToken, apiUrl, channels, people, groups } = subjects;
  const options = {
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
    timeout: times.call,
    retryConfig: { retries: 1 },
    rejectRateLimitedCalls: false,
    // Its warnings are for programs; what is wrong is said here.
    logger: silent,
  };
  const bot = new WebClient(botToken, options);
  const token = await examineToken(bot, groups.length > 0);
  const app = appToken === undefined ? [] : [await examineAppToken(new WebClient(appToken, options))];
  if (token.findings.some(({ status }) => status === 'failed') && token.teamId === undefined) {
    const rest = [...channels, ...people, ...groups];
    const untested = notTested('person', rest.join(', '), 'Slack does not answer to the bot token.');
    return [...token.findings, ...app, ...(rest.length === 0 ? [] : [untested])];
  }
  const found: SlackFinding[] = [...token.findings, ...app];
  for (const id of channels) found.push(await examineChannel(bot, id));
  for (const id of people) found.push(await examinePerson(bot, id, token.teamId ?? '', token.enterpriseId));
  for (const id of groups) found.push(await examineGroup(bot, id));
  return found;
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  setLevel: () => undefined,
  getLevel: () => LogLevel.ERROR,
  setName: () => undefined,
};

type TokenAnswer = {
  readonly findings: readonly SlackFinding[];
  readonly teamId?: string;
  readonly enterpriseId?: string;
};

async function examineToken(bot: WebClient, usesGroups: boolean): Promise<TokenAnswer> {
  try {
    const { team_id: teamId, team, user, enterprise_id: enterpriseId, response_metadata } = await bot.auth.test();
    const token = ok(
      'token',
      'SLACK_BOT_TOKEN',
      `The bot is ${user ?? 'unnamed'} in ${team ?? teamId ?? 'a workspace'}.`,
    );
    return {
      findings: [token, scopesIn(response_metadata?.scopes, usesGroups)],
      ...(teamId === undefined ? {} : { teamId }),
      ...(enterpriseId === undefined ? {} : { enterpriseId }),
    };
  } catch (error) {
    return {
      findings: [tokenTrouble('token', 'SLACK_BOT_TOKEN', error, 'OAuth & Permissions > Bot User OAuth Token')],
    };
  }
}

function scopesIn(granted: readonly string[] | undefined, usesGroups: boolean): SlackFinding {
  if (granted === undefined) return notTested('scopes', 'SLACK_BOT_TOKEN', 'Slack did not say which scopes it has.');
  const missing = Object.keys(botScopes).filter((scope) => !granted.includes(scope));
  const needed = missing.filter((scope) => usesGroups || scope !== 'usergroups:read');
  const more = granted.filter((scope) => !Object.hasOwn(botScopes, scope));
  if (needed.length > 0) {
    const why = needed.map((scope) => `${scope} (${botScopes[scope]})`).join(', ');
    return failed(
      'scopes',
      'SLACK_BOT_TOKEN',
      `Scopes are missing: ${why}.`,
      `Add them, as in manifest.yml, and reinstall the app: ${settingsPage}`,
    );
  }
  if (more.length > 0) {
    return warning(
      'scopes',
      'SLACK_BOT_TOKEN',
      `The token has scopes that the bot does not need: ${more.join(', ')}.`,
      'Remove them and reinstall the app: what a token cannot do cannot be abused.',
    );
  }
  return ok('scopes', 'SLACK_BOT_TOKEN', `It has the ${granted.length} scopes it needs, and no others.`);
}

/** It hands out an address to connect to; nobody connects. */
async function examineAppToken(app: WebClient): Promise<SlackFinding> {
  try {
    await app.apiCall('apps.connections.open');
    return ok('app-token', 'SLACK_APP_TOKEN', 'Socket Mode can be connected to.');
  } catch (error) {
    return tokenTrouble(
      'app-token',
      'SLACK_APP_TOKEN',
      error,
      'Basic Information > App-Level Tokens (scope connections:write; Socket Mode must be on)',
    );
  }
}

async function examineChannel(bot: WebClient, id: string): Promise<SlackFinding> {
  try {
    const { channel } = await bot.conversations.info({ channel: id });
    const name = channel?.name === undefined ? id : `#${channel.name} (${id})`;
    if (channel?.is_archived === true)
      return failed('channel', id, `${name} is archived.`, 'Unarchive it, or name another one.');
    if (isSharedOutside(channel)) {
      return failed(
        'channel',
        id,
        `${name} is shared with another organisation.`,
        'Restores may be asked for in channels of this workspace only: name another one.',
      );
    }
    if (channel?.is_member !== true)
      return failed('channel', id, `The bot is not in ${name}.`, 'Type there: /invite @pitr-restore');
    return ok('channel', id, `The bot is in ${name}.`);
  } catch (error) {
    if (codeOf(error) === 'channel_not_found') {
      return failed(
        'channel',
        id,
        `Slack does not show ${id}: there is none, or it is private and the bot is not in it.`,
        'Correct the id, or type there: /invite @pitr-restore',
      );
    }
    return couldNotAsk('channel', id, error);
  }
}

async function examinePerson(bot: WebClient, id: string, teamId: string, enterpriseId?: string): Promise<SlackFinding> {
  try {
    const { user } = await bot.users.info({ user: id });
    const who = user?.name === undefined ? id : `${user.name} (${id})`;
    const replace = 'Put somebody else in their place in the configuration.';
    if (user?.deleted === true) return failed('person', id, `The account of ${who} is deactivated.`, replace);
    if (user?.is_bot === true) return failed('person', id, `${who} is a bot.`, replace);
    if (user?.is_restricted === true || user?.is_ultra_restricted === true)
      return failed('person', id, `${who} is a guest.`, replace);
    const isOurs =
      user?.team_id === teamId || (enterpriseId !== undefined && user?.enterprise_user?.enterprise_id === enterpriseId);
    if (!isOurs || user?.is_stranger === true)
      return failed('person', id, `${who} belongs to another workspace.`, replace);
    return ok('person', id, `${who} is a full member with an active account.`);
  } catch (error) {
    if (['user_not_found', 'user_not_visible'].includes(codeOf(error) ?? '')) {
      return failed(
        'person',
        id,
        `Slack does not know ${id}.`,
        'Correct the id (in Slack: the person’s profile, ⋮, "Copy member ID").',
      );
    }
    return couldNotAsk('person', id, error);
  }
}

async function examineGroup(bot: WebClient, id: string): Promise<SlackFinding> {
  try {
    const answer = await bot.apiCall('usergroups.users.list', { usergroup: id });
    const members = 'users' in answer && Array.isArray(answer['users']) ? answer['users'].length : 0;
    if (members === 0)
      return warning('group', id, `The user group ${id} has no members.`, 'Nobody gets a right by it.');
    return ok('group', id, `The user group ${id} has ${members} ${members === 1 ? 'member' : 'members'}.`);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined || code === 'ratelimited') return couldNotAsk('group', id, error);
    return failed(
      'group',
      id,
      `Slack does not tell who is in the user group ${id} (${code}).`,
      'Nobody gets a right by it. Correct the id, switch the group on, or reinstall the app with usergroups:read.',
    );
  }
}

function tokenTrouble(check: 'token' | 'app-token', subject: string, error: unknown, where: string): SlackFinding {
  const code = codeOf(error);
  if (code === undefined) return couldNotAsk(check, subject, error);
  return failed(
    check,
    subject,
    `Slack refuses ${subject} (${code}).`,
    `The right one stands under ${where}: ${settingsPage}`,
  );
}

function couldNotAsk(check: SlackFinding['check'], subject: string, error: unknown): SlackFinding {
  const why = codeOf(error) ?? (error instanceof Error && 'code' in error ? String(error.code) : 'no answer');
  return failed(
    check,
    subject,
    `Slack could not be asked about ${subject} (${why}).`,
    'Try again. Can this machine reach Slack (proxy, firewall, SLACK_API_URL)?',
  );
}

function codeOf(error: unknown): string | undefined {
  return error instanceof WebAPIPlatformError ? error.data.error : undefined;
}

function ok(check: SlackFinding['check'], subject: string, message: string): SlackFinding {
  return { check, subject, status: 'ok', message, hint: '' };
}

function warning(check: SlackFinding['check'], subject: string, message: string, hint: string): SlackFinding {
  return { check, subject, status: 'warning', message, hint };
}

function failed(check: SlackFinding['check'], subject: string, message: string, hint: string): SlackFinding {
  return { check, subject, status: 'failed', message, hint };
}

function notTested(check: SlackFinding['check'], subject: string, message: string): SlackFinding {
  return { check, subject, status: 'not tested', message, hint: '' };
}
