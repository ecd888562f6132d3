import type { Config } from '../config.ts';
import { UserError } from '../restore/errors.ts';
import type { Secret } from './secret.ts';

/** What the bot needs to talk to Slack. With both ways set up, Socket Mode is taken: it needs no open port. */
export type SlackSettings = {
  readonly botToken: Secret;
  /** Another Slack than slack.com: the base address of its Web API. */
  readonly apiUrl?: string;
  readonly connection:
    | { readonly kind: 'socket'; readonly appToken: Secret }
    | { readonly kind: 'http'; readonly signingSecret: Secret; readonly port: number };
};

/**
 * Only the bot needs these, so only `serve` checks them.
 * @throws UserError BAD_CONFIGURATION naming everything that is missing and where to get it; never a value.
 */
export function slackSettings({ slack }: Config): SlackSettings {
  const { botToken, appToken, signingSecret, port, apiUrl } = slack;
  const mistakes = [
    ...wrongToken('SLACK_BOT_TOKEN', botToken, 'xoxb-', 'OAuth & Permissions → "Bot User OAuth Token"'),
    ...(appToken === undefined && signingSecret === undefined ? [noConnection] : []),
    ...(appToken === undefined
      ? []
      : wrongToken('SLACK_APP_TOKEN', appToken, 'xapp-', 'Basic Information → "App-Level Tokens"')),
  ];
  const connection =
    appToken !== undefined
      ? ({ kind: 'socket', appToken } as const)
      : signingSecret !== undefined
        ? ({ kind: 'http', signingSecret, port } as const)
        : undefined;
  if (mistakes.length > 0 || botToken === undefined || connection === undefined) {
    throw new UserError(
      'BAD_CONFIGURATION',
      `The bot cannot talk to Slack yet:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`,
      'All of them are on the pages of your app at https://api.slack.com/apps. The command line works without Slack.',
    );
  }
  return { botToken, connection, ...(apiUrl === undefined ? {} : { apiUrl }) };
}

const noConnection =
  'Neither SLACK_APP_TOKEN (Socket Mode; Basic Information → "App-Level Tokens", scope connections:write) nor SLACK_SIGNING_SECRET (HTTP; Basic Information → "App Credentials") is set. Set one.';

function wrongToken(name: string, token: Secret | undefined, prefix: string, where: string): readonly string[] {
  if (token === undefined) return [`${name} is not set. It starts with ${prefix} and stands under ${where}.`];
  if (token.reveal().startsWith(prefix)) return [];
  return [`${name} does not start with ${prefix}. The right one stands under ${where}.`];
}
