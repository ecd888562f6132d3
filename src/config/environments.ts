import { z } from 'zod';
import type { Environment, TableRef } from '../restore/environment.ts';
import * as field from './fields.ts';
import type { Mistake, Path } from './mistakes.ts';
import { mistakesIn, quote, unknownKey } from './mistakes.ts';
import { notes } from './notes.ts';

/** An environment as the configuration has it, where it stands there, and which of its settings could not be read. */
export type ConfiguredEnvironment = {
  readonly environment: Environment;
  readonly builtIn: boolean;
  readonly path: Path;
  readonly unreadable: ReadonlySet<string>;
};

/** What the file may leave out, taken from the environment variables. */
export type EnvironmentDefaults = { readonly region: string; readonly timeoutMinutes: number };

const environmentName = field.pattern(
  /^[a-z][a-z0-9-]{0,30}$/,
  'cannot be the name of an environment: people type it, so it is up to 31 of a-z, 0-9 and "-" and starts with a letter.',
);

/** Words that people type where an environment's name could stand, in Slack or a shell. */
const reservedNames: ReadonlySet<string> = new Set([
  ...['status', 'history', 'list', 'help', 'cancel', 'undo', 'resume', 'cleanup', 'audit', 'doctor', 'speed', 'drill'],
  ...['serve', 'sandbox', 'demo', 'restore', 'approve', 'deny', 'withdraw', 'version'],
  ...['now', 'latest', 'today', 'yesterday', 'tomorrow', 'last', 'midnight', 'noon'],
]);

/** Fifty tables of an account can be restored at once: DynamoDB quotas, "Point-in-time recovery". */
const mostTables = 50;

const tables = z
  .record(field.tableLabel, field.tableName, {
    error: ({ input }) => `${quote(input)} is not a map of tables. Write one, such as { orders: shop-orders }.`,
  })
  .refine((map) => Object.keys(map).length > 0, { error: 'There is no table in it. Name at least one.' })
  .refine((map) => Object.keys(map).length <= mostTables, {
    error: `These are more than ${mostTables} tables, and AWS restores at most that many at once. Split the environment.`,
  });

/** What an environment of the file may say. */
export const environmentSettings = {
  tables: tables.optional().register(notes, {
    description: 'The tables, as people call them (label) and as AWS knows them (name). At least one, at most 50.',
    allowed: 'a map: `{ orders: shop-orders }`',
    unset: 'must be there',
  }),
  region: field.region.optional().register(notes, { description: 'Where the tables are.', unset: '`AWS_REGION`' }),
  roleArn: field.roleArn.optional().register(notes, {
    description: 'The IAM role to assume for every AWS call of this environment. A fence needs one.',
    unset: 'the credentials of the program',
  }),
  admins: field.list(field.slackUserId, 'U01ALICE').default([]).register(notes, {
    description: 'Who may ask for a restore, an undo or a drill in Slack.',
  }),
  adminGroups: field.list(field.slackGroupId, 'S01OPS').default([]).register(notes, {
    description: 'User groups whose members are admins, too. Asked of Slack each time.',
  }),
  approvers: field.list(field.slackUserId, 'U02BOB').default([]).register(notes, {
    description: 'Who may approve somebody else’s request.',
  }),
  approverGroups: field.list(field.slackGroupId, 'S02LEADS').default([]).register(notes, {
    description: 'User groups whose members are approvers, too.',
  }),
  approvals: field.approvals.default(1).register(notes, {
    description: 'How many different people must approve a request, besides the one who asks.',
  }),
  approvalStepUp: field.yesOrNo.default(false).register(notes, {
    description: 'An approver has to type the name of the environment.',
    allowed: 'true or false',
  }),
  channels: field.list(field.slackChannelId, 'C01OPS').default([]).register(notes, {
    description: 'Where the bot may be used for it.',
    unset: 'every channel the bot is in',
  }),
  alert: field.list(field.slackUserOrGroupId, 'S01ONCALL').default([]).register(notes, {
    description: 'Who is mentioned, once, when a restore fails.',
  }),
  reasonRequired: field.yesOrNo.optional().register(notes, {
    description: 'A reason must be given in Slack.',
    allowed: 'true or false',
    unset: 'true where approvals are needed',
  }),
  planConfirmation: field.planConfirmation.default('when-counts-differ').register(notes, {
    description: 'When a person (or `--accept-count-mismatch`) must confirm before live tables are written.',
  }),
  timeoutMinutes: field.timeoutMinutes.optional().register(notes, {
    description: 'Minutes until every restore table must be ACTIVE.',
    unset: '`RESTORE_TIMEOUT_MINUTES`',
  }),
  onConflict: field.onConflict.default('overwrite').register(notes, {
    description: 'What happens to items that the application changes during the restore, unless the request says.',
  }),
  fence: field.fence.default('off').register(notes, {
    description: 'Whether other writers are kept out while live tables are written, unless the request says.',
  }),
  fenceProbeRoleArn: field.roleArn.optional().register(notes, {
    description: 'An IAM role whose writes the fence must keep out, assumed to prove that it does.',
    unset: '`roleArn`, under another session name',
  }),
  maxReadUnits: field.capacityUnits.optional().register(notes, {
    description: 'The most read capacity units that a restore uses of one table in a second.',
    unset: 'as much as the table takes',
  }),
  maxWriteUnits: field.capacityUnits.optional().register(notes, {
    description: 'The most write capacity units that a restore uses of one table in a second.',
    unset: 'as much as the table takes',
  }),
  drillEveryDays: field.drillEveryDays.optional().register(notes, {
    description: 'Days after which a drill is overdue: the bot, `status`, `doctor` and the alarm say so.',
    unset: 'nobody is reminded',
  }),
};

const settings = z.strictObject(environmentSettings, {
  error: ({ input }) => `${quote(input)} is not an environment. Write a map with at least: tables.`,
});
const settingNames = Object.keys(settings.shape);

/** The environments of a parsed configuration file, and everything that is wrong with them one by one. */
export function readEnvironments(
  data: unknown,
  defaults: EnvironmentDefaults,
): { readonly environments: readonly ConfiguredEnvironment[]; readonly mistakes: readonly Mistake[] } {
  if (!isMap(data)) {
    const sentence = `${quote(data)} is not a configuration. Write a map with "environments:" in it.`;
    return { environments: [], mistakes: [{ path: ['environments'], sentence }] };
  }
  const mistakes: Mistake[] = Object.keys(data)
    .filter((key) => key !== 'environments')
    .map((key) => ({ path: [key], sentence: unknownKey(key, ['environments']) }));
  const map = data['environments'];
  if (!isMap(map) || Object.keys(map).length === 0) {
    mistakes.push({
      path: ['environments'],
      sentence: 'There is no environment in it. Name at least one, with its tables.',
    });
    return { environments: [], mistakes };
  }
  const environments = Object.entries(map).map(([name, value]) => {
    const path = ['environments', name];
    mistakes.push(...nameMistakes(name, path));
    const read = readSettings(value, path);
    mistakes.push(...read.mistakes);
    const environment = complete(name, read.settings, defaults);
    return { environment, builtIn: false, path, unreadable: read.unreadable };
  });
  return { environments, mistakes };
}

type Settings = z.output<typeof settings>;

/** Reads what can be read: one wrong setting must not hide the mistakes in the others. */
function readSettings(
  value: unknown,
  path: Path,
): { readonly settings: Settings; readonly mistakes: readonly Mistake[]; readonly unreadable: ReadonlySet<string> } {
  const read = settings.safeParse(value);
  const mistakes = read.success ? [] : [...mistakesIn(read.error, path, settingNames)];
  if (isMap(value) && !('tables' in value)) {
    mistakes.push({
      path: [...path, 'tables'],
      sentence: 'It is missing. Name the tables, such as { orders: shop-orders }.',
    });
  }
  if (read.success) return { settings: read.data, mistakes, unreadable: new Set() };
  const unreadable = new Set(read.error.issues.map((issue) => String(issue.path[0] ?? '')));
  const readable = isMap(value)
    ? Object.entries(value).filter(([key]) => !unreadable.has(key) && settingNames.includes(key))
    : [];
  const tables = isMap(value) ? readableTables(value['tables']) : {};
  const rest = { ...Object.fromEntries(readable), ...(Object.keys(tables).length === 0 ? {} : { tables }) };
  return { settings: settings.parse(rest), mistakes, unreadable };
}

/** The tables that are right, so that one wrong name does not hide that another is taken. */
function readableTables(value: unknown): Readonly<Record<string, unknown>> {
  const pairs = isMap(value) ? Object.entries(value) : [];
  const right = pairs.filter(
    ([label, table]) => field.tableLabel.safeParse(label).success && field.tableName.safeParse(table).success,
  );
  return Object.fromEntries(right.slice(0, mostTables));
}

function complete(name: string, read: Settings, defaults: EnvironmentDefaults): Environment {
  const refs: readonly TableRef[] = Object.entries(read.tables ?? {}).map(([label, table]) => ({ label, table }));
  return {
    name,
    region: read.region ?? defaults.region,
    ...(read.roleArn === undefined ? {} : { roleArn: read.roleArn }),
    tables: refs,
    admins: read.admins,
    approvers: read.approvers,
    approvals: read.approvals,
    channels: read.channels,
    planConfirmation: read.planConfirmation,
    reasonRequired: read.reasonRequired ?? read.approvals > 0,
    timeoutMinutes: read.timeoutMinutes ?? defaults.timeoutMinutes,
    onConflict: read.onConflict,
    fence: read.fence,
    adminGroups: read.adminGroups,
    approverGroups: read.approverGroups,
    alert: read.alert,
    approvalStepUp: read.approvalStepUp,
    ...(read.fenceProbeRoleArn === undefined ? {} : { fenceProbeRoleArn: read.fenceProbeRoleArn }),
    ...(read.drillEveryDays === undefined ? {} : { drillEveryDays: read.drillEveryDays }),
    ...(read.maxReadUnits === undefined ? {} : { maxReadUnits: read.maxReadUnits }),
    ...(read.maxWriteUnits === undefined ? {} : { maxWriteUnits: read.maxWriteUnits }),
  };
}

function nameMistakes(name: string, path: Path): readonly Mistake[] {
  const read = environmentName.safeParse(name);
  if (!read.success) return read.error.issues.map((issue) => ({ path, sentence: issue.message }));
  if (!reservedNames.has(name)) return [];
  return [{ path, sentence: `"${name}" is a word of the command itself. Give the environment another name.` }];
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
