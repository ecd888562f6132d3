/** What can be typed, with examples of this configuration. */
import type { Environment } from '../../restore/environment.ts';
import { commandName } from '../command.ts';
import { code, listed } from '../mrkdwn.ts';
import { context, type Message, message, section } from './blocks.ts';

export function helpMessage(environments: readonly Environment[]): Message {
  const [first] = environments;
  const examples = examplesFor(first?.name ?? 'dev', first?.tables[0]?.label ?? 'quotes');
  const lines = examples.map(([typed, what]) => `${code(typed)}  ${what}`);
  const names = environments.map(({ name }) => code(name));
  const text = 'Puts DynamoDB tables back to the way they were at any second of the last 35 days.';
  return message(`${text} ${examples.map(([typed]) => typed).join(' · ')}`, [
    section(text),
    section(lines.join('\n')),
    context(`Environments: ${listed(names, 1500)}. Nothing starts before you have seen what it would do.`),
  ]);
}

function examplesFor(environment: string, table: string): readonly (readonly [typed: string, what: string])[] {
  const asking = `${commandName} ${environment}`;
  return [
    [`${asking} yesterday 9am`, 'in your own time zone'],
    [`${asking} 2 hours ago --tables ${table}`, 'one table only'],
    [`${asking} 2025-12-19T09:00:00Z --dry-run`, 'every check, no change'],
    [`${asking} 9am --timezone Europe/Berlin`, 'in another time zone'],
    [commandName, 'pick environment and time in a form'],
    [`${commandName} status`, 'what is running'],
    [`${commandName} history`, 'the last restores, page by page'],
    [`${commandName} list ${environment}`, 'back to when each table can be restored'],
    [`${commandName} speed slow`, 'make room for the application; also normal, fast or pause'],
    [`${commandName} cancel`, 'stop what is running at its next safe point'],
    [`${commandName} undo`, 'put back what a restore overwrote'],
    [`${commandName} drill ${environment}`, 'rehearse a restore; nothing live is written'],
  ];
}
