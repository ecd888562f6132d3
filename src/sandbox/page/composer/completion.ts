/** What may come next in a slash command, from the app's usage hints. */
import type { SlashCommand } from '../../slack/page/events.ts';

export type Completion = {
  /** What stands in the composer once it is taken. */
  readonly text: string;
  readonly label: string;
  readonly detail: string;
};

export type Known = { readonly commands: readonly SlashCommand[]; readonly environments: readonly string[] };

/**
 * Completions of what was typed so far; none when it is no command. A usage hint is read as people write it:
 * `a <environment> [optional] | b`.
 */
export function completionsOf(typed: string, { commands, environments }: Known): readonly Completion[] {
  if (!typed.startsWith('/')) return [];
  const space = typed.indexOf(' ');
  if (space === -1) {
    return commands
      .filter(({ command }) => command.startsWith(typed.toLowerCase()))
      .map(({ command, usageHint, description }) => ({
        text: `${command} `,
        label: command,
        detail: [usageHint, description].filter(Boolean).join(' – '),
      }));
  }
  const command = commands.find((one) => one.command === typed.slice(0, space));
  if (command === undefined) return [];
  const words = typed.slice(space + 1).split(/ +/);
  const begun = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const lead = [command.command, ...before].join(' ');
  const found = alternativesOf(command.usageHint).flatMap((alternative) =>
    nextWords(alternative, before, environments),
  );
  const fitting = found.filter(({ word }) => word.startsWith(begun.toLowerCase()) && word !== begun);
  return unique(fitting).map(({ word, rest }) => ({
    text: `${lead} ${word}${rest === '' ? '' : ' '}`,
    label: word,
    detail: rest,
  }));
}

type Next = { readonly word: string; readonly rest: string };

function alternativesOf(usageHint: string): readonly (readonly string[])[] {
  return usageHint.split('|').map((alternative) => alternative.trim().match(/<[^>]*>|\[[^\]]*\]|\S+/g) ?? []);
}

function nextWords(
  alternative: readonly string[],
  before: readonly string[],
  environments: readonly string[],
): readonly Next[] {
  const fits = before.every((word, index) =>
    wordsFor(alternative[index] ?? '', environments).includes(word.toLowerCase()),
  );
  const rest = alternative.slice(before.length + 1).join(' ');
  return fits ? wordsFor(alternative[before.length] ?? '', environments).map((word) => ({ word, rest })) : [];
}

function wordsFor(part: string, environments: readonly string[]): readonly string[] {
  if (part === '<environment>') return environments;
  const inside = /^\[(.+)\]$/.exec(part)?.[1];
  if (inside !== undefined) return [inside];
  return part === '' || part.startsWith('<') ? [] : [part];
}

function unique(found: readonly Next[]): readonly Next[] {
  return [...new Map(found.map((next) => [next.word, next])).values()];
}
