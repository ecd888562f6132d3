import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from '../nearest.ts';
import { wrongUsage } from './wrong-usage.ts';

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
  'on-conflict': { type: 'string' },
  fence: { type: 'string' },
  'no-rollback': { type: 'boolean' },
  'older-than-hours': { type: 'string' },
  json: { type: 'boolean' },
  port: { type: 'string' },
  'no-bot': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const satisfies NonNullable<ParseArgsConfig['options']>;
export type Flag = keyof typeof options;
const flagNames = Object.keys(options);

const examples: Partial<Record<Flag, string>> = {
  'restore-point': '--restore-point 2025-12-19T09:00:00Z, or --restore-point "yesterday 9am"',
  environment: '--environment dev',
  'timeout-minutes': '--timeout-minutes 45',
  tables: '--tables quotes,user-likes',
  timezone: '--timezone Europe/Berlin',
  reason: '--reason "a bad deploy emptied quotes"',
  'on-conflict': '--on-conflict keep',
  fence: '--fence writes',
  'older-than-hours': '--older-than-hours 24',
  port: '--port 4300',
};

/** A flag as somebody would write it. */
export function exampleOf(flag: Flag): string {
  return examples[flag] ?? `--${flag} …`;
}

/** The flags as they were given, each value checked to be there. */
export type Given = { readonly flags: ReadonlyMap<string, readonly string[]>; readonly words: readonly string[] };

/** @throws UserError BAD_REQUEST for a flag that there is not, is given twice, or lacks its value */
export function readFlags(argv: readonly string[]): Given {
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
  if (isMissing) throw wrongUsage(`--${name} needs a value.`, `For example: ${exampleOf(name)}`);
  return value;
}

export function firstValue(given: Given, flag: Flag): string | undefined {
  return given.flags.get(flag)?.[0];
}

function isFlag(name: string): name is Flag {
  return flagNames.includes(name);
}
