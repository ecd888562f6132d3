import type { z } from 'zod';
import { nearest } from '../nearest.ts';
import { UserError } from '../restore/errors.ts';

export type Path = readonly (string | number)[];

/** One thing that is wrong with the configuration, as a sentence that also says what would be right. */
export type Mistake = { readonly path: Path; readonly sentence: string };

/** The line of the file a path is written on; undefined for what is not in the file. */
export type Locate = (path: Path) => number | undefined;

/** `environments.staging.approvers[1]` */
export function writePath(path: Path): string {
  return path.reduce<string>((written, part) => {
    if (typeof part === 'number') return `${written}[${part}]`;
    return written === '' ? part : `${written}.${part}`;
  }, '');
}

/** How a value is quoted in a mistake: short, on one line. */
export function quote(value: unknown): string {
  if (value === null || value === undefined) return 'Nothing';
  if (Array.isArray(value)) return 'A list';
  if (typeof value === 'object') return 'A map';
  const text = JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 56)}…"`;
}

/** What zod found, in our words. Every schema of the configuration brings its own sentences; unknown keys get theirs here. */
export function mistakesIn(error: z.core.$ZodError, path: Path, knownKeys: readonly string[]): readonly Mistake[] {
  return error.issues.flatMap((issue) => {
    const where = [...path, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...where, key], sentence: unknownKey(key, knownKeys) }));
    }
    if (issue.code === 'invalid_key') {
      return issue.issues.map((inner) => ({ path: where, sentence: inner.message }));
    }
    return [{ path: where, sentence: issue.message }];
  });
}

export function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearest(key, known);
  return meant === undefined
    ? `There is no such setting. Settings here: ${known.join(', ')}.`
    : `There is no such setting. Did you mean ${meant}?`;
}

/** The refusal that names all of them, in the order of the file. */
export function badConfiguration(mistakes: readonly Mistake[], file: string | undefined, locate: Locate): UserError {
  const placed = mistakes.map((mistake) => ({ mistake, line: locate(mistake.path) }));
  placed.sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  const lines = placed.map(({ mistake, line }) => {
    const where = line === undefined ? '' : `${file}, line ${line}: `;
    return `  - ${where}${writePath(mistake.path)}: ${mistake.sentence}`;
  });
  const count = mistakes.length === 1 ? 'one mistake' : `${mistakes.length} mistakes`;
  return new UserError(
    'BAD_CONFIGURATION',
    `The configuration has ${count}:\n${lines.join('\n')}`,
    `Correct ${mistakes.length === 1 ? 'it' : 'them'} and start again. Nothing was started. .env.example explains every variable.`,
  );
}
