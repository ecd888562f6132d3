import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { builtInEnvironments, wantsBuiltIns } from './config/built-in.ts';
import { checkApprovals, checkLabels, checkTables } from './config/consistency.ts';
import type { ConfiguredEnvironment } from './config/environments.ts';
import { readEnvironments } from './config/environments.ts';
import type { ConfigFile } from './config/file.ts';
import type { Mistake } from './config/mistakes.ts';
import { badConfiguration } from './config/mistakes.ts';
import type { Secret } from './config/secret.ts';
import type { LogLevel, Variables } from './config/variables.ts';
import { misspelledVariables, readVariables } from './config/variables.ts';
import type { Environment } from './restore/environment.ts';

/** Everything that can be set, read once at start. Frozen. */
export type Config = {
  readonly environments: readonly Environment[];
  /** The SQLite file, absolute: lock, events and journal. One file for the bot and every command line of a machine. */
  readonly databaseFile: string;
  /** Where the JSON status file goes; absent: it is not written. */
  readonly statusFile?: string;
  /** 32 bytes, base64 or hex; absent: a key file is made on first use. */
  readonly journalKey?: Secret;
  /** Memory that one restore may use for items that wait for their partner while tables are compared, in bytes. */
  readonly compareMemoryBytes: number;
  /** How long the journal is kept after a run has ended: within it the run can be undone. */
  readonly undoWindowMs: number;
  /** How long a request waits for its approval. */
  readonly approvalExpiryMs: number;
  /** Where the story of every restore goes; absent: RESTORE_LOG_GROUP is `off`, and it goes nowhere. */
  readonly cloudWatch?: {
    readonly region: string;
    readonly logGroup: string;
    readonly logStream: string;
    readonly retentionDays: number;
  };
  readonly logLevel: LogLevel;
  /** As far as it is set. The bot asks for it with slackSettings(), which checks it. */
  readonly slack: {
    readonly botToken?: Secret;
    readonly appToken?: Secret;
    readonly signingSecret?: Secret;
    readonly port: number;
    readonly apiUrl?: string;
  };
  /** What works but is probably not meant, as sentences to show at start. */
  readonly warnings: readonly string[];
};

/**
 * Reads the environment variables and, where PITR_CONFIG names one, the configuration file.
 *
 * Environments: without a file they are `dev` and `prod`. With a file they are the file's; the built-in ones stay beside
 * them only when a variable that is for them is set, and one of the file takes the place of a built-in of its name.
 * @throws UserError BAD_CONFIGURATION naming every mistake at once
 */
export async function loadConfig(
  env: NodeJS.ProcessEnv,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Promise<Config> {
  const { variables, mistakes: inVariables } = readVariables(env);
  const file = variables.PITR_CONFIG === undefined ? undefined : await openFile(variables.PITR_CONFIG, readFile);
  const inFile =
    file?.data === undefined
      ? { environments: [], mistakes: [] }
      : readEnvironments(file.data, {
          region: variables.AWS_REGION,
          timeoutMinutes: variables.RESTORE_TIMEOUT_MINUTES,
        });
  const environments = [...builtInBeside(inFile.environments, file, variables, inVariables), ...inFile.environments];
  const approvals = environments.map(checkApprovals);
  const mistakes = [
    ...inVariables,
    ...(file?.mistakes ?? []),
    ...inFile.mistakes,
    ...approvals.flatMap((found) => found.mistakes),
    ...checkTables(environments),
    ...environments.flatMap(checkLabels),
  ];
  if (mistakes.length > 0) throw badConfiguration(mistakes, variables.PITR_CONFIG, file?.locate ?? nowhere);
  return deepFreeze({
    environments: environments.map(({ environment }) => environment),
    ...settingsFrom(variables),
    warnings: [...approvals.flatMap((found) => found.warnings), ...misspelledVariables(env)],
  });
}

function settingsFrom(variables: Variables): Omit<Config, 'environments' | 'warnings'> {
  const { RESTORE_STATUS_FILE, PITR_JOURNAL_KEY, SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET } = variables;
  const { SLACK_API_URL } = variables;
  return {
    databaseFile: databaseFile(variables),
    ...(RESTORE_STATUS_FILE === undefined ? {} : { statusFile: absolute(RESTORE_STATUS_FILE, variables) }),
    ...(PITR_JOURNAL_KEY === undefined ? {} : { journalKey: PITR_JOURNAL_KEY }),
    compareMemoryBytes: variables.PITR_COMPARE_MEMORY_MB * 2 ** 20,
    undoWindowMs: variables.PITR_UNDO_HOURS * 3_600_000,
    approvalExpiryMs: variables.PITR_APPROVAL_HOURS * 3_600_000,
    ...(variables.RESTORE_LOG_GROUP !== 'off' && {
      cloudWatch: {
        region: variables.AWS_REGION,
        logGroup: variables.RESTORE_LOG_GROUP,
        logStream: variables.RESTORE_LOG_STREAM,
        retentionDays: variables.RESTORE_LOG_RETENTION_DAYS,
      },
    }),
    logLevel: variables.LOG_LEVEL,
    slack: {
      ...(SLACK_BOT_TOKEN === undefined ? {} : { botToken: SLACK_BOT_TOKEN }),
      ...(SLACK_APP_TOKEN === undefined ? {} : { appToken: SLACK_APP_TOKEN }),
      ...(SLACK_SIGNING_SECRET === undefined ? {} : { signingSecret: SLACK_SIGNING_SECRET }),
      port: variables.PORT,
      ...(SLACK_API_URL === undefined ? {} : { apiUrl: SLACK_API_URL }),
    },
  };
}

/** A file that cannot be read is a mistake in PITR_CONFIG. */
async function openFile(path: string, readFile: (path: string) => string): Promise<ConfigFile> {
  // Only for those who have such a file: loading YAML takes longer than reading all variables.
  const { parseConfigFile } = await import('./config/file.ts');
  try {
    return parseConfigFile(readFile(path));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const sentence = `The file ${resolve(path)} cannot be read (${String(error.code)}). Name the YAML file with your environments, or unset the variable.`;
    return { data: undefined, mistakes: [{ path: ['PITR_CONFIG'], sentence }], locate: () => undefined };
  }
}

function builtInBeside(
  fromFile: readonly ConfiguredEnvironment[],
  file: ConfigFile | undefined,
  variables: Variables,
  mistakes: readonly Mistake[],
): readonly ConfiguredEnvironment[] {
  if (file !== undefined && !wantsBuiltIns(variables)) return [];
  const isWrong = (name: string) => mistakes.some(({ path }) => path[0] === name);
  const unreadable = new Set([
    ...(isWrong('PITR_ADMINS') ? ['admins'] : []),
    ...(isWrong('PITR_APPROVERS') ? ['approvers'] : []),
  ]);
  const named = new Set(fromFile.map(({ environment }) => environment.name));
  return builtInEnvironments(variables, unreadable).filter(({ environment }) => !named.has(environment.name));
}

/**
 * `~/.local/state/pitr-restore/pitr-restore.sqlite` (XDG Base Directory): the same for a bot, a shell and cron of one
 * user, wherever they are started, so that they share one lock; and kept over a reboot, unlike /tmp.
 */
function databaseFile(variables: Variables): string {
  const chosen = variables.PITR_DB ?? variables.RESTORE_LOCK_FILE;
  if (chosen !== undefined) return absolute(chosen, variables);
  const state = variables.XDG_STATE_HOME ?? join(homeOf(variables), '.local', 'state');
  return join(state, 'pitr-restore', 'pitr-restore.sqlite');
}

/** A `~` in a file of variables is not expanded by anybody, and would make a folder of that name. */
function absolute(path: string, variables: Variables): string {
  return resolve(path.replace(/^~(?=$|\/)/, homeOf(variables)));
}

function homeOf(variables: Variables): string {
  return variables.HOME ?? homedir();
}

function nowhere(): undefined {
  return undefined;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
