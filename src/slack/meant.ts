/** What somebody meant who typed a word that is none of ours. */
import { nearest } from '../nearest.ts';

/** By its name, however it is capitalised. */
export function findEnvironment(word: string, environments: readonly string[]): string | undefined {
  return (
    environments.find((name) => name === word) ?? environments.find((name) => name.toLowerCase() === word.toLowerCase())
  );
}

/** What other tools call it. */
const otherWords: Readonly<Record<string, string>> = {
  rollback: 'undo',
  revert: 'undo',
  stop: 'cancel',
  abort: 'cancel',
  pause: 'speed pause',
  resume: 'speed normal',
  continue: 'speed normal',
  slow: 'speed slow',
  normal: 'speed normal',
  fast: 'speed fast',
};

/** What is typed instead of a word that is none of ours; undefined: no idea. */
export function meantBy(
  word: string,
  rest: readonly string[],
  environments: readonly string[],
  verbs: readonly string[],
): string | undefined {
  if (word.toLowerCase() !== 'restore') {
    const other = Object.entries(otherWords).find(([name]) => name === word.toLowerCase())?.[1];
    return other ?? nearest(word, [...environments, ...verbs]);
  }
  const [first, ...words] = rest;
  const named =
    first === undefined ? undefined : (findEnvironment(first, environments) ?? nearest(first, environments));
  return named === undefined ? '<environment> [time]' : [named, ...words].join(' ');
}
