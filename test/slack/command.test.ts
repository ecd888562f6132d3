import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inSlack, parseCommand } from '../../src/slack/command.ts';

const environments = ['dev', 'prod'];
const restore = { kind: 'restore', tables: [], dryRun: false, drill: false };

test.for([
  ['', { kind: 'choose' }],
  ['   ', { kind: 'choose' }],
  ['help', { kind: 'help' }],
  ['HELP', { kind: 'help' }],
  ['help me', { kind: 'help' }],
  ['?', { kind: 'help' }],
  ['status', { kind: 'status' }],
  ['history', { kind: 'history' }],
  ['list prod', { kind: 'list', environment: 'prod' }],
  ['cancel', { kind: 'cancel' }],
  ['undo', { kind: 'undo' }],
  ['undo restore-1', { kind: 'undo', runId: 'restore-1' }],
  ['cancel restore-1', { kind: 'cancel', runId: 'restore-1' }],
  ['speed slow', { kind: 'speed', speed: 'slow' }],
  ['speed PAUSE restore-1', { kind: 'speed', speed: 'pause', runId: 'restore-1' }],
  ['drill prod', { ...restore, drill: true, environment: 'prod', words: '' }],
  ['drill prod 9am --tables a', { ...restore, drill: true, environment: 'prod', words: '9am', tables: ['a'] }],
  [
    'prod --fence writes --on-conflict=keep',
    { ...restore, environment: 'prod', words: '', fence: 'writes', onConflict: 'keep' },
  ],
  ['dev', { ...restore, environment: 'dev', words: '' }],
  ['Dev yesterday 9am', { ...restore, environment: 'dev', words: 'yesterday 9am' }],
  ['prod   2025-12-19T09:00:00Z', { ...restore, environment: 'prod', words: '2025-12-19T09:00:00Z' }],
  ['prod "yesterday 9am"', { ...restore, environment: 'prod', words: 'yesterday 9am' }],
  ['prod “yesterday 9am”', { ...restore, environment: 'prod', words: 'yesterday 9am' }],
  ['prod 9am --dry-run', { ...restore, environment: 'prod', words: '9am', dryRun: true }],
  ['prod --dry-run 9am', { ...restore, environment: 'prod', words: '9am', dryRun: true }],
  ['prod 9am —dry-run', { ...restore, environment: 'prod', words: '9am', dryRun: true }],
  ['prod 9am --tables a,b', { ...restore, environment: 'prod', words: '9am', tables: ['a', 'b'] }],
  ['prod 9am --tables=a,b', { ...restore, environment: 'prod', words: '9am', tables: ['a', 'b'] }],
  ['prod --tables a, b ,c 9am', { ...restore, environment: 'prod', words: '9am', tables: ['a', 'b', 'c'] }],
  ['prod 9am --timezone Europe/Berlin', { ...restore, environment: 'prod', words: '9am', timeZone: 'Europe/Berlin' }],
] as const)('"%s" is understood', ([text, command]) => {
  expect(parseCommand(text, environments)).toEqual(command);
});

test.for([
  ['prd 9am', 'Did you mean /pitr-restore prod?'],
  ['statsu', 'Did you mean /pitr-restore status?'],
  ['restore prod yesterday 9am', 'Did you mean /pitr-restore prod yesterday 9am?'],
  ['Restore prdo 9am --dry-run', 'Did you mean /pitr-restore prod 9am --dry-run?'],
  ['restore', 'Did you mean /pitr-restore <environment> [time]?'],
  ['rollback', 'Did you mean /pitr-restore undo?'],
  ['stop', 'Did you mean /pitr-restore cancel?'],
  ['pause', 'Did you mean /pitr-restore speed pause?'],
  ['resume', 'Did you mean /pitr-restore speed normal?'],
  ['undo prod', 'Type /pitr-restore undo alone; should there be several, it names their ids.'],
  ['cancel PROD', 'Type /pitr-restore cancel alone'],
  ['speed slow prod', 'Type /pitr-restore speed slow alone'],
  ['status prod', 'Type /pitr-restore status'],
  ['constructor', 'Environments: dev, prod.'],
  ['banana', 'Environments: dev, prod. Other commands: status, history, list, cancel, undo, speed, drill, help.'],
  ['list', 'One of dev, prod'],
  ['list stagign', 'Environments: dev, prod.'],
  ['list dev prod', 'list <environment>'],
  ['speed', 'Type /pitr-restore speed slow|normal|fast|pause [restore id]'],
  ['speed quick', 'Type /pitr-restore speed'],
  ['speed fats', 'Did you mean fast?'],
  ['speed slow restore-1 now', 'Type /pitr-restore speed'],
  ['drill', 'One of dev, prod: /pitr-restore drill <name>'],
  ['drill prdo', 'Did you mean /pitr-restore drill prod?'],
  ['list deb', 'Did you mean /pitr-restore list dev?'],
  ['prod 9am --fence', 'For example --fence writes'],
  ['prod 9am --fence on', 'Use writes'],
  ['prod 9am --on-conflict ask', 'Use overwrite or keep'],
  ['status now', 'Type /pitr-restore status'],
  ['prod 9am --table a', 'Did you mean --tables?'],
  ['prod 9am --tables', 'quotes,user-likes'],
  ['prod 9am --tables --dry-run', 'quotes,user-likes'],
  ['prod 9am --timezone', 'Europe/Berlin'],
  ['prod 9am --timezone Berlin', 'IANA name'],
  ['prod 9am --timezone +02:00', 'IANA name'],
] as const)('"%s" is a mistake that says what is right', ([text, hint]) => {
  expect(parseCommand(text, environments)).toMatchObject({ kind: 'mistake', hint: expect.stringContaining(hint) });
});

test('anything typed gets an answer', () => {
  const word = fc.constantFrom(
    'prod',
    'dev',
    '--tables',
    '--timezone',
    '--dry-run',
    '—',
    '--',
    ',',
    '=',
    '"',
    'cancel',
    'list',
  );
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(word, fc.string())).map((words) => words.join(' ')),
  );
  fc.assert(
    fc.property(text, (typed) => {
      const command = parseCommand(typed, environments);
      if (command.kind === 'mistake') expect(command.message && command.hint).not.toBe('');
      if (command.kind === 'restore') expect(environments).toContain(command.environment);
    }),
    { numRuns: 10_000 },
  );
});

test('a hint of the core names commands as they are typed here', () => {
  expect(inSlack('Put back with `undo restore-1`, or `resume restore-1`; see `status`. `quotes` stays.')).toBe(
    'Put back with `/pitr-restore undo restore-1`, or `pitr-restore resume restore-1` in a shell; see `/pitr-restore status`. `quotes` stays.',
  );
  expect(inSlack('Look with `audit verify`; `cleanup` deletes it; `list` shows the window.')).toBe(
    'Look with `pitr-restore audit verify` in a shell; `pitr-restore cleanup` in a shell deletes it; `/pitr-restore list` shows the window.',
  );
});
