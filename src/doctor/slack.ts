import { slackSettings } from '../config/slack-settings.ts';
import type { Config } from '../config.ts';
import type { Environment } from '../restore/environment.ts';
import { UserError } from '../restore/errors.ts';
import { examineSlack } from '../slack/examine.ts';
import { type Finding, failed, notTested, type Section, warning } from './finding.ts';

/** Everything the configuration names in Slack, each asked about once. */
export async function examineWorkspace(config: Config, environments: readonly Environment[]): Promise<Section> {
  const title = 'Slack';
  const { botToken: token, appToken, signingSecret } = config.slack;
  if (token === undefined && appToken === undefined && signingSecret === undefined) {
    const why = 'No Slack variable is set. The command line works without; the bot needs SLACK_BOT_TOKEN.';
    return { title, findings: [notTested({ check: 'token', subject: 'SLACK_BOT_TOKEN' }, why)] };
  }
  try {
    const { botToken, connection, apiUrl } = slackSettings(config);
    const ids = idsIn(environments);
    const found = await examineSlack({
      botToken: botToken.reveal(),
      ...(connection.kind === 'socket' ? { appToken: connection.appToken.reveal() } : {}),
      ...(apiUrl === undefined ? {} : { apiUrl }),
      ...ids,
    });
    const active = new Set(
      found.flatMap(({ check, subject, status }) => (check === 'person' && status === 'ok' ? [subject] : [])),
    );
    const wasAsked = found.some(({ check, status }) => check === 'person' && status !== 'not tested');
    return { title, findings: [...found, ...(wasAsked ? environments.flatMap((each) => enough(each, active)) : [])] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { title, findings: [failed({ check: 'token', subject: 'SLACK_BOT_TOKEN' }, error.message, error.hint)] };
  }
}

function idsIn(environments: readonly Environment[]) {
  const all = (of: (environment: Environment) => readonly string[]) => [...new Set(environments.flatMap(of))];
  const alerted = all(({ alert = [] }) => alert);
  const isGroup = (id: string) => id.startsWith('S');
  return {
    channels: all(({ channels }) => channels),
    people: [
      ...new Set([
        ...all(({ admins, approvers }) => [...admins, ...approvers]),
        ...alerted.filter((id) => !isGroup(id)),
      ]),
    ],
    groups: [
      ...new Set([
        ...all(({ adminGroups = [], approverGroups = [] }) => [...adminGroups, ...approverGroups]),
        ...alerted.filter(isGroup),
      ]),
    ],
  };
}

/** On paper there may be enough of them; what counts is who could click today. Groups are believed to have somebody. */
function enough(environment: Environment, active: ReadonlySet<string>): readonly Finding[] {
  const { name, admins, approvers, approvals, adminGroups = [], approverGroups = [] } = environment;
  const about = { check: 'people', subject: name };
  const askers = admins.filter((id) => active.has(id));
  if (askers.length + adminGroups.length === 0) {
    const hint = 'Name an admin with an active account. The command line can restore it all the same.';
    return [warning(about, `Nobody can ask for a restore of ${name} in Slack.`, hint)];
  }
  if (approverGroups.length > 0 || approvals === 0) return [];
  const able = approvers.filter((id) => active.has(id));
  const fewest = Math.min(...askers.map((asker) => able.filter((id) => id !== asker).length), able.length);
  if (fewest >= approvals) return [];
  const message = `Of the approvers of ${name} only ${fewest} could approve today, and ${approvals} are needed.`;
  return [failed(about, message, 'Name approvers with active accounts, others than the one who asks.')];
}
