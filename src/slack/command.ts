/** What somebody typed after the slash command, as one of the things the bot can do, or as a mistake that says what is right. */
import { nearest } from '../nearest.ts';
import type { FenceMode, OnConflict } from '../restore/request.ts';
import { isTimeZone } from '../restore/restore-point/time-zone.ts';
import { type Speed, speeds } from '../restore/speed.ts';
import { findEnvironment, meantBy } from './meant.ts';

export const commandName = '/pitr-restore';

export type RestoreCommand = {
  readonly kind: 'restore';
  readonly environment: string;
  /** The words for the time; empty: now. */
  readonly words: string;
  /** Labels or table names; empty: all of the environment. */
  readonly tables: readonly string[];
  readonly dryRun: boolean;
  /** A rehearsal: nothing live is written. */
  readonly drill: boolean;
  /** IANA zone the words are read in; absent: the person's own. */
  readonly timeZone?: string;
  readonly fence?: FenceMode;
  readonly onConflict?: OnConflict;
};

export type Command =
  | { readonly kind: 'choose' }
  | RestoreCommand
  | { readonly kind: 'status' }
  | { readonly kind: 'history' }
  | { readonly kind: 'list'; readonly environment: string }
  | { readonly kind: 'cancel'; readonly runId?: string }
  | { readonly kind: 'undo'; readonly runId?: string }
  | { readonly kind: 'speed'; readonly speed: Speed; readonly runId?: string }
  | { readonly kind: 'help' }
  | { readonly kind: 'mistake'; readonly message: string; readonly hint: string };

/** A hint of the core as it is typed here: its commands are bare, because every surface has its own way to type them. */
export function inSlack(hint: string): string {
  return hint
    .replaceAll(/`((?:undo|cancel|status|history|speed|drill)(?: [\w-]+)*)`/g, `\`${commandName} $1\``)
    .replaceAll(/`(list)`/g, `\`${commandName} $1\``)
    .replaceAll(/`((?:resume|cleanup|audit verify)(?: [\w-]+)*)`/g, '`pitr-restore $1` in a shell');
}

const verbs = ['status', 'history', 'list', 'cancel', 'undo', 'speed', 'drill', 'help'] as const;
type Verb = (typeof verbs)[number];
const options = ['--tables', '--dry-run', '--timezone', '--fence', '--on-conflict'] as const;
type Option = (typeof options)[number];

/** Reads a command. `environments`: the names that exist. Never throws. */
export function parseCommand(text: string, environments: readonly string[]): Command {
  const [first, ...rest] = tokensOf(text);
  if (first === undefined) return { kind: 'choose' };
  const verb = verbs.find((candidate) => candidate === first.toLowerCase());
  if (verb !== undefined) return parseVerb(verb, rest, environments);
  if (first === '?' || first === '--help' || first === '-h') return { kind: 'help' };
  const environment = findEnvironment(first, environments);
  if (environment === undefined) return unknownWord(first, rest, environments);
  return parseRestore(environment, rest, false);
}

/** As a restore is asked for, times and tables included. */
function parseDrill([name, ...rest]: readonly string[], environments: readonly string[]): Command {
  const only = environments.length === 1 ? environments[0] : undefined;
  const environment = name === undefined ? only : findEnvironment(name, environments);
  if (environment !== undefined) return parseRestore(environment, rest, true);
  if (name !== undefined) return unknownEnvironment('drill', name, environments);
  return mistake('Drill which environment?', `One of ${environments.join(', ')}: ${commandName} drill <name>`);
}

function parseSpeed([word, runId, ...more]: readonly string[]): Command {
  const known = `Type ${commandName} ${usage.speed}`;
  if (word === undefined) return mistake('Which speed?', known);
  const speed = speeds.find((candidate) => candidate === word.toLowerCase());
  if (speed === undefined) {
    const guess = nearest(word, speeds);
    const meant = guess === undefined ? '' : `Did you mean ${guess}? `;
    return mistake(`"${word}" is not a speed.`, `${meant}${known}`);
  }
  if (more.length > 0) return mistake(`"${more.join(' ')}" is too much after speed.`, known);
  return { kind: 'speed', speed, ...(runId === undefined ? {} : { runId }) };
}

function parseVerb(verb: Verb, rest: readonly string[], environments: readonly string[]): Command {
  if (verb === 'drill') return parseDrill(rest, environments);
  const isOfOne = verb === 'cancel' || verb === 'undo' || verb === 'speed';
  const named = isOfOne
    ? rest.map((word) => findEnvironment(word, environments)).find((name) => name !== undefined)
    : undefined;
  if (named !== undefined) return noId(verb, rest, named);
  return verb === 'speed' ? parseSpeed(rest) : parseShort(verb, rest, environments);
}

type ShortVerb = Exclude<Verb, 'drill' | 'speed'>;

/** With one argument at most. */
function parseShort(verb: ShortVerb, rest: readonly string[], environments: readonly string[]): Command {
  const [argument, ...more] = rest;
  if (more.length > 0 || (argument !== undefined && !takesArgument.has(verb))) {
    return mistake(`"${rest.join(' ')}" is too much after ${verb}.`, `Type ${commandName} ${usage[verb]}`);
  }
  switch (verb) {
    case 'status':
    case 'history':
    case 'help':
      return { kind: verb };
    case 'cancel':
    case 'undo':
      return argument === undefined ? { kind: verb } : { kind: verb, runId: argument };
    case 'list': {
      if (argument === undefined && environments.length !== 1) {
        return mistake('List which environment?', `One of ${environments.join(', ')}: ${commandName} list <name>`);
      }
      const environment = findEnvironment(argument ?? environments[0] ?? '', environments);
      return environment === undefined
        ? unknownEnvironment('list', argument ?? '', environments)
        : { kind: 'list', environment };
    }
  }
}

const takesArgument: ReadonlySet<ShortVerb> = new Set(['list', 'cancel', 'undo', 'help']);

const usage: Readonly<Record<Verb, string>> = {
  status: 'status',
  history: 'history',
  list: 'list <environment>',
  cancel: 'cancel [restore id]',
  undo: 'undo [restore id]',
  speed: `speed ${speeds.join('|')} [restore id]`,
  drill: 'drill <environment> [time]',
  help: 'help',
};

type Options = {
  tables: readonly string[];
  dryRun: boolean;
  timeZone?: string;
  fence?: FenceMode;
  onConflict?: OnConflict;
};

const examples = {
  '--tables': 'quotes,user-likes',
  '--timezone': 'Europe/Berlin',
  '--fence': 'writes',
  '--on-conflict': 'keep',
} as const;

function parseRestore(environment: string, tokens: readonly string[], drill: boolean): Command {
  const words: string[] = [];
  const found: Options = { tables: [], dryRun: false };
  let rest = tokens;
  while (rest.length > 0) {
    const [token = '', ...after] = rest;
    rest = after;
    if (!token.startsWith('--')) {
      words.push(token);
      continue;
    }
    const [name = '', inline] = splitOnce(token, '=');
    const option = options.find((candidate) => candidate === name.toLowerCase());
    if (option === undefined) return unknownOption(name);
    const read = readOption(option, inline, rest, found);
    if ('kind' in read) return read;
    rest = read.rest;
  }
  return { kind: 'restore', environment, words: words.join(' '), drill, ...found };
}

function readOption(
  option: Option,
  inline: string | undefined,
  rest: readonly string[],
  found: Options,
): Command | { readonly rest: readonly string[] } {
  if (option === '--dry-run') {
    found.dryRun = true;
    return { rest };
  }
  const [value, after] = option === '--tables' ? takeList(inline, rest) : takeOne(inline, rest);
  if (value === '') {
    return mistake(`${option} needs a value.`, `For example ${option} ${examples[option]}`);
  }
  if (option === '--tables') {
    found.tables = value.split(',').filter((table) => table !== '');
    return { rest: after };
  }
  return readValue(option, value, found) ?? { rest: after };
}

/** undefined: it is right, and found. */
function readValue(option: Exclude<Option, '--tables' | '--dry-run'>, value: string, found: Options) {
  switch (option) {
    case '--timezone':
      if (!isTimeZone(value)) {
        const hint = 'Use an IANA name, such as Europe/Berlin, America/New_York or UTC.';
        return mistake(`"${value}" is not a time zone I know.`, hint);
      }
      found.timeZone = value;
      return undefined;
    case '--fence':
      if (value !== 'writes' && value !== 'off') {
        const hint = 'Use writes (other writers are kept out while live tables are written) or off.';
        return mistake(`"${value}" is no kind of fence.`, hint);
      }
      found.fence = value;
      return undefined;
    case '--on-conflict':
      if (value !== 'overwrite' && value !== 'keep') {
        const hint = 'Use overwrite or keep, for items that the application changes meanwhile.';
        return mistake(`"${value}" says nothing about conflicts.`, hint);
      }
      found.onConflict = value;
      return undefined;
  }
}

function takeOne(inline: string | undefined, rest: readonly string[]): readonly [string, readonly string[]] {
  if (inline !== undefined) return [inline, rest];
  const [value, ...after] = rest;
  return value === undefined || value.startsWith('--') ? ['', rest] : [value, after];
}

/** `a,b` and also `a, b`, as people write lists. */
function takeList(inline: string | undefined, rest: readonly string[]): readonly [string, readonly string[]] {
  let [value, after] = takeOne(inline, rest);
  while (value.endsWith(',') || after[0]?.startsWith(',')) {
    const next = after[0] ?? '--';
    if (next.startsWith('--')) break;
    value += next;
    after = after.slice(1);
  }
  return [value, after];
}

/** Words, without the quotes people put around a phrase. Phones turn `--` into a dash: it is turned back. */
function tokensOf(text: string): readonly string[] {
  return text
    .replaceAll(/["“”„«»]/g, ' ')
    .split(/\s+/u)
    .filter((token) => token !== '')
    .map((token) => token.replace(/^[—–](?=[a-z])/iu, '--'));
}

function splitOnce(text: string, separator: string): readonly [string, string | undefined] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/** The verb is about one restore, and an environment was named. */
function noId(verb: Verb, rest: readonly string[], environment: string): Command {
  const typed = [verb, ...rest.filter((word) => word.toLowerCase() !== environment.toLowerCase())].join(' ');
  return mistake(
    `"${environment}" is an environment, and ${verb} is about one restore.`,
    `Type ${commandName} ${typed} alone; should there be several, it names their ids.`,
  );
}

function unknownWord(word: string, rest: readonly string[], environments: readonly string[]): Command {
  const guess = meantBy(word, rest, environments, verbs);
  const known = `Environments: ${environments.join(', ')}. Other commands: ${verbs.join(', ')}.`;
  const hint = guess === undefined ? known : `Did you mean ${commandName} ${guess}? ${known}`;
  return mistake(`"${word}" is neither an environment nor a command.`, hint);
}

function unknownEnvironment(verb: Verb, word: string, environments: readonly string[]): Command {
  const guess = nearest(word, environments);
  const meant = guess === undefined ? '' : `Did you mean ${commandName} ${verb} ${guess}? `;
  return mistake(`There is no environment "${word}".`, `${meant}Environments: ${environments.join(', ')}.`);
}

function unknownOption(name: string): Command {
  const guess = nearest(name, options);
  const known = `Options: ${options.join(', ')}.`;
  return mistake(`There is no option ${name}.`, guess === undefined ? known : `Did you mean ${guess}? ${known}`);
}

function mistake(message: string, hint: string): Command {
  return { kind: 'mistake', message, hint };
}
