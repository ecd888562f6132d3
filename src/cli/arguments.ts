import { nearest } from '../nearest.ts';
import type { FenceMode, OnConflict } from '../restore/request.ts';
import type { Speed } from '../restore/speed.ts';
import {
  fenceIn,
  needed,
  olderThanHoursIn,
  onConflictIn,
  portIn,
  speedIn,
  tablesIn,
  timeoutIn,
  timeZoneIn,
} from './flag-values.ts';
import { type Flag, firstValue, type Given, readFlags } from './flags.ts';
import { wrongUsage } from './wrong-usage.ts';

/** What was asked on the command line. */
export type Command =
  | RestoreCommand
  | ListRestorePointsCommand
  | DrillCommand
  | ResumeCommand
  | UndoCommand
  | CancelCommand
  | SpeedCommand
  | CleanupCommand
  | { readonly name: 'status' | 'history'; readonly json: boolean }
  | DoctorCommand
  | { readonly name: 'audit-verify' | 'audit-export' }
  | SandboxCommand
  | { readonly name: 'serve' | 'help' | 'version' | 'demo' };

/** How a run that is carried out here is told. */
export type Telling = { readonly verbose: boolean; readonly json: boolean };

export type RestoreCommand = Telling & {
  readonly name: 'restore';
  readonly environment: string;
  /** ISO 8601 or words. */
  readonly restorePoint: string;
  /** IANA zone; absent: the machine's. */
  readonly timeZone?: string;
  /** Labels or table names; empty: all of the environment. */
  readonly tables: readonly string[];
  readonly reason: string;
  /** These three absent: the environment's own. */
  readonly timeoutMinutes?: number;
  readonly onConflict?: OnConflict;
  readonly fence?: FenceMode;
  readonly acceptCountMismatch: boolean;
  readonly rollback: boolean;
  readonly dryRun: boolean;
};

/** A restore up to the point where it would write. */
export type DrillCommand = Telling &
  Pick<RestoreCommand, 'environment' | 'restorePoint' | 'timeZone' | 'tables' | 'reason' | 'timeoutMinutes'> & {
    readonly name: 'drill';
  };

export type ListRestorePointsCommand = {
  readonly name: 'list-restore-points';
  readonly environment: string;
  readonly tables: readonly string[];
  readonly timeZone?: string;
  readonly json: boolean;
};

export type DoctorCommand = { readonly name: 'doctor'; readonly environment?: string; readonly json: boolean };

/** Without an id: the run it can only mean. */
export type ResumeCommand = Telling & { readonly name: 'resume'; readonly runId?: string };
export type CancelCommand = Telling & { readonly name: 'cancel'; readonly runId?: string };
export type SpeedCommand = { readonly name: 'speed'; readonly speed: Speed; readonly runId?: string };
export type UndoCommand = Telling & { readonly name: 'undo'; readonly runId: string; readonly reason: string };

type SandboxCommand = { readonly name: 'sandbox'; readonly port?: number; readonly withoutBot: boolean };

export type CleanupCommand = {
  readonly name: 'cleanup';
  readonly olderThanHours: number;
  readonly dryRun: boolean;
  readonly json: boolean;
};

const drillFlags = [
  ...(['restore-point', 'environment', 'timeout-minutes', 'tables', 'timezone', 'reason', 'verbose', 'json'] as const),
] as const satisfies readonly Flag[];

/** The words that begin a command line, the flags each of them takes, and how many words may follow. */
const commands = {
  serve: { flags: [], words: 0 },
  status: { flags: ['json'], words: 0 },
  drill: { flags: drillFlags, words: 1 },
  doctor: { flags: ['environment', 'json'], words: 1 },
  history: { flags: ['json'], words: 0 },
  speed: { flags: [], words: 2 },
  resume: { flags: ['verbose', 'json'], words: 1 },
  undo: { flags: ['reason', 'verbose', 'json'], words: 1 },
  cancel: { flags: ['verbose', 'json'], words: 1 },
  cleanup: { flags: ['older-than-hours', 'dry-run', 'json'], words: 0 },
  audit: { flags: [], words: 1 },
  help: { flags: [], words: 1 },
  sandbox: { flags: ['port', 'no-bot'], words: 0 },
  demo: { flags: [], words: 0 },
} as const satisfies Record<string, { readonly flags: readonly Flag[]; readonly words: 0 | 1 | 2 }>;
type CommandWord = keyof typeof commands;
export const commandWords = Object.keys(commands);

const restoreFlags: readonly Flag[] = [
  ...(['restore-point', 'environment', 'dry-run', 'timeout-minutes', 'verbose', 'tables', 'timezone'] as const),
  ...(['reason', 'accept-count-mismatch', 'on-conflict', 'fence', 'no-rollback', 'json'] as const),
];
const listFlags: readonly Flag[] = ['list-restore-points', 'environment', 'tables', 'timezone', 'verbose', 'json'];

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

function wordCommand(word: CommandWord, given: Given): Command {
  const [, ...rest] = given.words;
  const { flags, words } = commands[word];
  onlyFlags(given, flags, `"${word}"`);
  if (rest.length > words) {
    throw wrongUsage(`"${word}" does not know what to do with "${rest[words]}".`, `Write just: ${formOf(word)}`);
  }
  const runId = rest[0] === undefined ? {} : { runId: rest[0] };
  switch (word) {
    case 'status':
    case 'history':
      return { name: word, json: given.flags.has('json') };
    case 'resume':
    case 'cancel':
      return { name: word, ...runId, ...tellingIn(given) };
    case 'speed':
      return { name: word, speed: speedIn(rest[0]), ...(rest[1] === undefined ? {} : { runId: rest[1] }) };
    case 'undo':
      return undoCommand(rest[0], given);
    case 'drill':
      return drillCommand(rest[0], given);
    case 'doctor':
      return { name: word, ...environmentIn(rest[0], given), json: given.flags.has('json') };
    case 'cleanup':
      return {
        name: word,
        olderThanHours: olderThanHoursIn(given),
        dryRun: given.flags.has('dry-run'),
        json: given.flags.has('json'),
      };
    case 'audit':
      return auditCommand(rest[0]);
    case 'sandbox':
      return { name: word, ...portIn(given), withoutBot: given.flags.has('no-bot') };
    case 'serve':
    case 'help':
    case 'demo':
      return { name: word };
  }
}

function formOf(word: CommandWord): string {
  if (word === 'audit') return 'pitr-restore audit verify';
  if (word === 'drill') return 'pitr-restore drill <environment>';
  return word === 'undo' ? 'pitr-restore undo <id>' : `pitr-restore ${word}`;
}

function undoCommand(runId: string | undefined, given: Given): UndoCommand {
  if (runId === undefined) {
    throw wrongUsage('Undo which restore? Its id is missing.', 'The ids are in: pitr-restore history');
  }
  return { name: 'undo', runId, reason: firstValue(given, 'reason') ?? '', ...tellingIn(given) };
}

/** `drill dev`, or `drill --environment dev`. Without a restore point: the latest moment there is. */
function drillCommand(word: string | undefined, given: Given): DrillCommand {
  const { environment } = environmentIn(word, given);
  if (environment === undefined) {
    throw wrongUsage('Drill which environment? Its name is missing.', 'For example: pitr-restore drill dev');
  }
  return {
    name: 'drill',
    environment,
    restorePoint: firstValue(given, 'restore-point') ?? 'latest',
    ...timeZoneIn(given),
    tables: tablesIn(given),
    reason: firstValue(given, 'reason') ?? '',
    ...timeoutIn(given),
    ...tellingIn(given),
  };
}

function environmentIn(word: string | undefined, given: Given): { readonly environment?: string } {
  const flag = firstValue(given, 'environment');
  if (word !== undefined && flag !== undefined && word !== flag) {
    throw wrongUsage(`Which environment: "${word}" or "${flag}"?`, 'Name it once.');
  }
  const environment = word ?? flag;
  return environment === undefined ? {} : { environment };
}

function auditCommand(what: string | undefined): Command {
  if (what === 'verify') return { name: 'audit-verify' };
  if (what === 'export') return { name: 'audit-export' };
  const both = 'pitr-restore audit verify looks for changed rows, pitr-restore audit export writes them as JSON Lines.';
  if (what === undefined) throw wrongUsage('"audit" does what? A word is missing.', both);
  const meant = nearest(what, ['verify', 'export']);
  throw wrongUsage(
    `"audit" does not know what to do with "${what}".`,
    meant === undefined ? both : `Did you mean: pitr-restore audit ${meant}`,
  );
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
    ...onConflictIn(given),
    ...fenceIn(given),
    acceptCountMismatch: given.flags.has('accept-count-mismatch'),
    rollback: !given.flags.has('no-rollback'),
    dryRun: given.flags.has('dry-run'),
    ...tellingIn(given),
  };
}

function tellingIn({ flags }: Given): Telling {
  return { verbose: flags.has('verbose'), json: flags.has('json') };
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
  // "restore dev yesterday 9am" is the natural thing to type.
  const said = given.words[0] === 'restore' ? given.words.slice(1) : given.words;
  const words = environment === undefined ? said.slice(1) : said;
  return wrongUsage(
    `"${given.words.join(' ')}" is no command, and in a shell a restore is asked for with flags.`,
    `Did you mean: pitr-restore --environment ${environment ?? said[0] ?? 'dev'} --restore-point "${words.join(' ') || 'yesterday 9am'}"`,
  );
}

function isCommandWord(word: string | undefined): word is CommandWord {
  return word !== undefined && commandWords.includes(word);
}
