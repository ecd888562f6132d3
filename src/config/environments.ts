import { z } from 'zod';
import type { Environment, TableRef } from '../restore/environment.ts';
import * as field from './fields.ts';
import type { Mistake, Path } from './mistakes.ts';
import { mistakesIn, quote, unknownKey } from './mistakes.ts';

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

const settings = z.strictObject(
  {
    region: field.region.optional(),
    roleArn: field.roleArn.optional(),
    tables: tables.optional(),
    admins: field.list(field.slackUserId, 'U01ALICE').default([]),
    approvers: field.list(field.slackUserId, 'U02BOB').default([]),
    approvals: field.approvals.default(1),
    channels: field.list(field.slackChannelId, 'C01OPS').default([]),
    planConfirmation: field.planConfirmation.default('when-counts-differ'),
    reasonRequired: field.yesOrNo.optional(),
    timeoutMinutes: field.timeoutMinutes.optional(),
    onConflict: field.onConflict.default('overwrite'),
    fence: field.fence.default('off'),
    fenceProbeRoleArn: field.roleArn.optional(),
    adminGroups: field.list(field.slackGroupId, 'S01OPS').default([]),
    approverGroups: field.list(field.slackGroupId, 'S02LEADS').default([]),
    alert: field.list(field.slackUserOrGroupId, 'S01ONCALL').default([]),
    approvalStepUp: field.yesOrNo.default(false),
    drillEveryDays: field.drillEveryDays.optional(),
    maxReadUnits: field.capacityUnits.optional(),
    maxWriteUnits: field.capacityUnits.optional(),
  },
  { error: ({ input }) => `${quote(input)} is not an environment. Write a map with at least: tables.` },
);
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
