import { type ParseArgsConfig, parseArgs } from 'node:util';
import { longestTimeoutMinutes } from '../config/longest-timeout.ts';
import { nearest } from '../nearest.ts';
import { isTimeZone } from '../restore/restore-point/zoned-time.ts';
import { wrongUsage } from './wrong-usage.ts';

/** What was asked on the command line. */
export type Command =
  | RestoreCommand
  | ListRestorePointsCommand
  | { readonly name: 'status'; readonly json: boolean }
  | { readonly name: 'history'; readonly json: boolean }
  | { readonly name: 'cancel'; readonly runId?: string }
  | { readonly name: 'serve' | 'help' | 'version' | 'sandbox' | 'demo' };

export type RestoreCommand = {
  readonly name: 'restore';
  readonly environment: string;
  /** ISO 8601 or words. */
  readonly restorePoint: string;
  /** IANA zone; absent: the machine's. */
  readonly timeZone?: string;
  /** Labels or table names; empty: all of the environment. */
  readonly tables: readonly string[];
  readonly reason: string;
  /** Absent: the environment's own. */
  readonly timeoutMinutes?: number;
  readonly acceptCountMismatch: boolean;
  readonly rollback: boolean;
  readonly dryRun: boolean;
  readonly verbose: boolean;
  readonly json: boolean;
};

export type ListRestorePointsCommand = {
  readonly name: 'list-restore-points';
  readonly environment: string;
  readonly tables: readonly string[];
  readonly timeZone?: string;
  readonly json: boolean;
};

const options = {
  'restore-point': { type: 'string' },
  environment: { type: 'string' },
  'dry-run': { type: 'boolean' },
  'timeout-minutes': { type: 'string' },
  verbose: { type: 'boolean' },
  'list-restore-points': { type: 'boolean' },
  tables: { type: 'string', multiple: true },
  timezone: { type: 'string' },
  reason: { type: 'string' },
  'accept-count-mismatch': { type: 'boolean' },
  'no-rollback': { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;
type Flag = keyof typeof options;
const flagNames = Object.keys(options);

/** The words that begin a command line, and the flags each of them takes. */
const commands = {
  serve: [],
  status: ['json'],
  history: ['json'],
  cancel: [],
  help: [],
  sandbox: [],
  demo: [],
} as const satisfies Record<string, readonly Flag[]>;
type CommandWord = keyof typeof commands;
export const commandWords = Object.keys(commands);

const restoreFlags: readonly Flag[] = [
  ...(['restore-point', 'environment', 'dry-run', 'timeout-minutes', 'verbose', 'tables', 'timezone'] as const),
  ...(['reason', 'accept-count-mismatch', 'no-rollback', 'json'] as const),
];
const listFlags: readonly Flag[] = ['list-restore-points', 'environment', 'tables', 'timezone', 'verbose', 'json'];

/** The flags as they were given, each value checked to be there. */
type Given = { readonly flags: ReadonlyMap<string, readonly string[]>; readonly words: readonly string[] };

/**
 * Reads the arguments after the program's name. Pure.
 * @throws UserError BAD_REQUEST saying what is wrong and what to type instead
 */
export function parseCommandLine(argv: readonly string[]): Command {
  const given = readFlags(argv);
  if (given.flags.has('help')) return { name: 'help' };
  if (given.flags.has('version')) return { name: 'version' };
  const [word] = given.words;
  if (isCommandWord(word)) return wordCommand(word, given);
  if (given.flags.has('list-restore-points')) return listCommand(given);
  if (word !== undefined) throw strayWord(word, given);
  if (given.flags.size === 0) {
    throw wrongUsage('Nothing was asked for.', 'To see what there is: pitr-restore help');
  }
  return restoreCommand(given);
}

function readFlags(argv: readonly string[]): Given {
  // Not strict: node's own messages do not say what to type instead.
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const flags = new Map<string, readonly string[]>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const value = flagValue(token);
    const before = flags.get(token.name);
    if (before !== undefined && token.name !== 'tables') {
      throw wrongUsage(`--${token.name} is given twice.`, 'Leave one of them out.');
    }
    flags.set(token.name, [...(before ?? []), value]);
  }
  return { flags, words };
}

type OptionToken = {
  readonly name: string;
  readonly rawName: string;
  readonly value?: unknown;
  readonly inlineValue?: unknown;
};

function flagValue({ name, rawName, value, inlineValue }: OptionToken): string {
  if (!isFlag(name)) {
    const meant = rawName.startsWith('--') ? nearest(name, flagNames) : undefined;
    throw wrongUsage(
      `There is no flag ${rawName}.`,
      meant === undefined ? 'All flags: pitr-restore help' : `Did you mean --${meant}?`,
    );
  }
  if (options[name].type === 'boolean') {
    if (inlineValue === true) throw wrongUsage(`--${name} takes no value.`, `Write just --${name}, or leave it out.`);
    return '';
  }
  const isMissing = typeof value !== 'string' || value.trim() === '' || (inlineValue !== true && value.startsWith('-'));
  if (isMissing) throw wrongUsage(`--${name} needs a value.`, `For example: ${examples[name] ?? `--${name} …`}`);
  return value;
}

const examples: Partial<Record<Flag, string>> = {
  'restore-point': '--restore-point 2025-12-19T09:00:00Z, or --restore-point "yesterday 9am"',
  environment: '--environment dev',
  'timeout-minutes': '--timeout-minutes 45',
  tables: '--tables quotes,user-likes',
  timezone: '--timezone Europe/Berlin',
  reason: '--reason "a bad deploy emptied quotes"',
};

function wordCommand(word: CommandWord, given: Given): Command {
  const [, ...rest] = given.words;
  onlyFlags(given, commands[word], `"${word}"`);
  const mostWords = word === 'cancel' || word === 'help' ? 1 : 0;
  if (rest.length > mostWords) {
    throw wrongUsage(
      `"${word}" does not know what to do with "${rest[mostWords]}".`,
      `Write just: pitr-restore ${word}`,
    );
  }
  switch (word) {
    case 'status':
    case 'history':
      return { name: word, json: given.flags.has('json') };
    case 'cancel':
      return { name: word, ...(rest[0] === undefined ? {} : { runId: rest[0] }) };
    case 'serve':
    case 'help':
    case 'sandbox':
    case 'demo':
      return { name: word };
  }
}

function listCommand(given: Given): Command {
  const [word] = given.words;
  if (word !== undefined) throw strayWord(word, given);
  onlyFlags(given, listFlags, '--list-restore-points');
  return {
    name: 'list-restore-points',
    environment: needed(given, 'environment'),
    tables: tablesIn(given),
    ...timeZoneIn(given),
    json: given.flags.has('json'),
  };
}

function restoreCommand(given: Given): Command {
  onlyFlags(given, restoreFlags, 'a restore');
  return {
    name: 'restore',
    restorePoint: needed(given, 'restore-point'),
    environment: needed(given, 'environment'),
    ...timeZoneIn(given),
    tables: tablesIn(given),
    reason: firstValue(given, 'reason') ?? '',
    ...timeoutIn(given),
    acceptCountMismatch: given.flags.has('accept-count-mismatch'),
    rollback: !given.flags.has('no-rollback'),
    dryRun: given.flags.has('dry-run'),
    verbose: given.flags.has('verbose'),
    json: given.flags.has('json'),
  };
}

function needed(given: Given, flag: 'restore-point' | 'environment'): string {
  const value = firstValue(given, flag);
  if (value !== undefined) return value;
  throw wrongUsage(
    flag === 'environment'
      ? 'Which environment? --environment is missing.'
      : 'Back to when? --restore-point is missing.',
    `Add for example: ${examples[flag] ?? ''}`,
  );
}

function tablesIn(given: Given): readonly string[] {
  const words = (given.flags.get('tables') ?? []).flatMap((value) => value.split(',').map((part) => part.trim()));
  if (words.includes('')) {
    throw wrongUsage('--tables has an empty name in its list.', `For example: ${examples.tables ?? ''}`);
  }
  return words;
}

function timeZoneIn(given: Given): { readonly timeZone?: string } {
  const timeZone = firstValue(given, 'timezone');
  if (timeZone === undefined) return {};
  if (isTimeZone(timeZone)) return { timeZone };
  const meant = nearest(timeZone, Intl.supportedValuesOf('timeZone'));
  throw wrongUsage(
    `"${timeZone}" is not a time zone.`,
    meant === undefined ? 'Write an IANA name, such as Europe/Berlin or UTC.' : `Did you mean ${meant}?`,
  );
}

function timeoutIn(given: Given): { readonly timeoutMinutes?: number } {
  const text = firstValue(given, 'timeout-minutes');
  if (text === undefined) return {};
  const timeoutMinutes = Number(text);
  if (timeoutMinutes > 0 && timeoutMinutes <= longestTimeoutMinutes) return { timeoutMinutes };
  throw wrongUsage(
    `"${text}" is not a number of minutes for --timeout-minutes.`,
    `Write a number above 0 and up to ${longestTimeoutMinutes} (a week), such as --timeout-minutes 45`,
  );
}

function firstValue(given: Given, flag: Flag): string | undefined {
  return given.flags.get(flag)?.[0];
}

function onlyFlags(given: Given, allowed: readonly Flag[], what: string): void {
  for (const name of given.flags.keys()) {
    if (allowed.some((flag) => flag === name)) continue;
    throw wrongUsage(`--${name} does not go with ${what}.`, `Leave one of the two out. More: pitr-restore help`);
  }
}

/** Words are read in Slack. Here a restore begins at once and unasked, so only flags may begin one. */
function strayWord(word: string, given: Given): Error {
  const point = firstValue(given, 'restore-point');
  if (point !== undefined) {
    const words = given.words.join(' ');
    return wrongUsage(
      `"${words}" stands there by itself.`,
      `Does it belong to the restore point? Then put quotes around it: --restore-point "${point} ${words}"`,
    );
  }
  const meant = nearest(word, commandWords);
  if (meant !== undefined) return wrongUsage(`There is no command "${word}".`, `Did you mean ${meant}?`);
  const environment = firstValue(given, 'environment');
  const words = environment === undefined ? given.words.slice(1) : given.words;
  return wrongUsage(
    `"${given.words.join(' ')}" is no command, and in a shell a restore is asked for with flags.`,
    `Did you mean: pitr-restore --environment ${environment ?? word} --restore-point "${words.join(' ') || 'yesterday 9am'}"`,
  );
}

function isFlag(name: string): name is Flag {
  return flagNames.includes(name);
}

function isCommandWord(word: string | undefined): word is CommandWord {
  return word !== undefined && commandWords.includes(word);
}
