import { expect, test } from 'vitest';
import { completionsOf } from '../../../src/sandbox/page/composer/completion.ts';
import { slashCommands } from '../../../src/sandbox/slack/page/commands.ts';

const known = {
  commands: [
    {
      command: '/pitr-restore',
      description: 'Restore DynamoDB tables',
      usageHint: '<environment> [yesterday 9am] | status | speed slow | list <environment> | undo',
    },
  ],
  environments: ['dev', 'prod'],
};

function offered(typed: string): readonly string[] {
  return completionsOf(typed, known).map(({ text }) => text);
}

test('a slash offers the commands, with what they take', () => {
  expect(completionsOf('/', known)).toEqual([
    {
      text: '/pitr-restore ',
      label: '/pitr-restore',
      detail: `${known.commands[0]?.usageHint} – Restore DynamoDB tables`,
    },
  ]);
  expect(offered('/pitr-r')).toEqual(['/pitr-restore ']);
});

test('a message and an unknown command offer nothing', () => {
  expect(offered('hello')).toEqual([]);
  expect(offered('')).toEqual([]);
  expect(offered('/other ')).toEqual([]);
});

test('after the command come environments and words', () => {
  expect(offered('/pitr-restore ')).toEqual([
    '/pitr-restore dev ',
    '/pitr-restore prod ',
    '/pitr-restore status',
    '/pitr-restore speed ',
    '/pitr-restore list ',
    '/pitr-restore undo',
  ]);
  expect(offered('/pitr-restore s')).toEqual(['/pitr-restore status', '/pitr-restore speed ']);
});

test('a word that takes an environment offers those', () => {
  expect(offered('/pitr-restore list p')).toEqual(['/pitr-restore list prod']);
  expect(offered('/pitr-restore speed ')).toEqual(['/pitr-restore speed slow']);
});

test('what may be left out is offered as an example', () => {
  expect(offered('/pitr-restore prod ')).toEqual(['/pitr-restore prod yesterday 9am']);
});

test('what is complete is not offered again', () => {
  expect(offered('/pitr-restore status')).toEqual([]);
  expect(offered('/pitr-restore status now')).toEqual([]);
});

test("the app's own commands are those of its manifest", async () => {
  const commands = await slashCommands();
  expect(commands.map(({ command }) => command)).toEqual(['/pitr-restore']);
  expect(completionsOf('/pitr-restore li', { ...known, commands }).map(({ label }) => label)).toEqual(['list']);
});
