import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/arguments.ts';
import { WrongUsage } from '../../src/cli/wrong-usage.ts';

const plainRestore = {
  name: 'restore',
  restorePoint: '2025-12-19T09:00:00Z',
  environment: 'dev',
  tables: [],
  reason: '',
  acceptCountMismatch: false,
  rollback: true,
  dryRun: false,
  verbose: false,
  json: false,
};
const quiet = { verbose: false, json: false };
const asWritten = '--restore-point 2025-12-19T09:00:00Z --environment dev';

describe('the requirement’s own command lines', () => {
  test.for([
    [asWritten, plainRestore],
    [`${asWritten} --dry-run`, { ...plainRestore, dryRun: true }],
    [`${asWritten} --timeout-minutes 45`, { ...plainRestore, timeoutMinutes: 45 }],
    [`${asWritten} --verbose`, { ...plainRestore, verbose: true }],
    [
      '--list-restore-points --environment dev',
      { name: 'list-restore-points', environment: 'dev', tables: [], json: false },
    ],
  ] as const)('%s', ([line, command]) => {
    expect(parseCommandLine(line.split(' '))).toEqual(command);
  });
});

describe('what we added', () => {
  test.for([
    ['status', { name: 'status', json: false }],
    ['status --json', { name: 'status', json: true }],
    ['history --json', { name: 'history', json: true }],
    ['cancel', { name: 'cancel', ...quiet }],
    ['cancel restore-2025-12-19T10-30-00Z', { name: 'cancel', runId: 'restore-2025-12-19T10-30-00Z', ...quiet }],
    ['speed pause', { name: 'speed', speed: 'pause' }],
    ['speed slow restore-1', { name: 'speed', speed: 'slow', runId: 'restore-1' }],
    ['resume', { name: 'resume', ...quiet }],
    ['resume restore-1 --verbose', { name: 'resume', runId: 'restore-1', verbose: true, json: false }],
    ['undo restore-1', { name: 'undo', runId: 'restore-1', reason: '', ...quiet }],
    ['undo restore-1 --reason x --json', { name: 'undo', runId: 'restore-1', reason: 'x', verbose: false, json: true }],
    ['cleanup', { name: 'cleanup', olderThanHours: 24, dryRun: false, json: false }],
    ['cleanup --older-than-hours 0.5 --dry-run', { name: 'cleanup', olderThanHours: 0.5, dryRun: true, json: false }],
    ['cleanup --older-than-hours 0 --json', { name: 'cleanup', olderThanHours: 0, dryRun: false, json: true }],
    ['audit verify', { name: 'audit-verify' }],
    ['audit export', { name: 'audit-export' }],
    [`${asWritten} --on-conflict keep --fence writes`, { ...plainRestore, onConflict: 'keep', fence: 'writes' }],
    [`${asWritten} --on-conflict overwrite --fence off`, { ...plainRestore, onConflict: 'overwrite', fence: 'off' }],
    ['serve', { name: 'serve' }],
    ['sandbox', { name: 'sandbox', withoutBot: false }],
    ['sandbox --port 0 --no-bot', { name: 'sandbox', port: 0, withoutBot: true }],
    ['demo', { name: 'demo' }],
    ['help', { name: 'help' }],
    ['help restore', { name: 'help' }],
    ['--help', { name: 'help' }],
    ['-h', { name: 'help' }],
    ['status --help', { name: 'help' }],
    ['--version', { name: 'version' }],
    [
      `${asWritten} --tables quotes,user-likes --tables user-views`,
      { ...plainRestore, tables: ['quotes', 'user-likes', 'user-views'] },
    ],
    [`${asWritten} --timezone Europe/Berlin`, { ...plainRestore, timeZone: 'Europe/Berlin' }],
    [
      `${asWritten} --accept-count-mismatch --no-rollback --json`,
      { ...plainRestore, acceptCountMismatch: true, rollback: false, json: true },
    ],
    [`${asWritten} --reason=-1`, { ...plainRestore, reason: '-1' }],
  ] as const)('%s', ([line, command]) => {
    expect(parseCommandLine(line.split(' '))).toEqual(command);
  });

  test('words in quotes are one restore point', () => {
    expect(parseCommandLine(['--restore-point', 'yesterday 9am', '--environment', 'dev'])).toEqual({
      ...plainRestore,
      restorePoint: 'yesterday 9am',
    });
  });
});

describe('every mistake is said in a line, with what to type instead', () => {
  test.for([
    ['', 'Nothing was asked for.', 'To see what there is: pitr-restore help'],
    ['--enviroment dev', 'There is no flag --enviroment.', 'Did you mean --environment?'],
    ['--colour red', 'There is no flag --colour.', 'All flags: pitr-restore help'],
    ['-x', 'There is no flag -x.', 'All flags: pitr-restore help'],
    [
      '--environment dev',
      'Back to when? --restore-point is missing.',
      'Add for example: --restore-point 2025-12-19T09:00:00Z, or --restore-point "yesterday 9am"',
    ],
    [
      '--restore-point 2025-12-19T09:00:00Z',
      'Which environment? --environment is missing.',
      'Add for example: --environment dev',
    ],
    ['--list-restore-points', 'Which environment? --environment is missing.', 'Add for example: --environment dev'],
    [
      '--restore-point --environment dev',
      '--restore-point needs a value.',
      'For example: --restore-point 2025-12-19T09:00:00Z, or --restore-point "yesterday 9am"',
    ],
    [
      '--restore-point= --environment dev',
      '--restore-point needs a value.',
      'For example: --restore-point 2025-12-19T09:00:00Z, or --restore-point "yesterday 9am"',
    ],
    ['--restore-point now --environment', '--environment needs a value.', 'For example: --environment dev'],
    [
      '--restore-point yesterday 9am --environment dev',
      '"9am" stands there by itself.',
      'Does it belong to the restore point? Then put quotes around it: --restore-point "yesterday 9am"',
    ],
    [
      'dev yesterday 9am',
      '"dev yesterday 9am" is no command, and in a shell a restore is asked for with flags.',
      'Did you mean: pitr-restore --environment dev --restore-point "yesterday 9am"',
    ],
    [
      'restore prod monday 9am',
      '"restore prod monday 9am" is no command, and in a shell a restore is asked for with flags.',
      'Did you mean: pitr-restore --environment prod --restore-point "monday 9am"',
    ],
    [
      'yesterday 9am --environment dev',
      '"yesterday 9am" is no command, and in a shell a restore is asked for with flags.',
      'Did you mean: pitr-restore --environment dev --restore-point "yesterday 9am"',
    ],
    ['speed', 'Which speed?', 'Write pitr-restore speed slow|normal|fast|pause [id]'],
    ['speed slwo', '"slwo" is not a speed.', 'Did you mean pitr-restore speed slow?'],
    ['statsu', 'There is no command "statsu".', 'Did you mean status?'],
    [`${asWritten} --environment prod`, '--environment is given twice.', 'Leave one of them out.'],
    [`${asWritten} --dry-run=yes`, '--dry-run takes no value.', 'Write just --dry-run, or leave it out.'],
    [
      `${asWritten} --timeout-minutes 45m`,
      '"45m" is not a number of minutes for --timeout-minutes.',
      'Write a number above 0 and up to 10080 (a week), such as --timeout-minutes 45',
    ],
    [
      `${asWritten} --timeout-minutes 0`,
      '"0" is not a number of minutes for --timeout-minutes.',
      'Write a number above 0 and up to 10080 (a week), such as --timeout-minutes 45',
    ],
    [
      `${asWritten} --timeout-minutes=-5`,
      '"-5" is not a number of minutes for --timeout-minutes.',
      'Write a number above 0 and up to 10080 (a week), such as --timeout-minutes 45',
    ],
    [
      `${asWritten} --timeout-minutes Infinity`,
      '"Infinity" is not a number of minutes for --timeout-minutes.',
      'Write a number above 0 and up to 10080 (a week), such as --timeout-minutes 45',
    ],
    [`${asWritten} --timezone Europe/Berln`, '"Europe/Berln" is not a time zone.', 'Did you mean Europe/Berlin?'],
    [`${asWritten} --timezone here`, '"here" is not a time zone.', 'Write an IANA name, such as Europe/Berlin or UTC.'],
    [
      `${asWritten} --tables quotes,,likes`,
      '--tables has an empty name in its list.',
      'For example: --tables quotes,user-likes',
    ],
    [
      `${asWritten} --list-restore-points`,
      '--restore-point does not go with --list-restore-points.',
      'Leave one of the two out. More: pitr-restore help',
    ],
    ['status --verbose', '--verbose does not go with "status".', 'Leave one of the two out. More: pitr-restore help'],
    [
      'serve --environment dev',
      '--environment does not go with "serve".',
      'Leave one of the two out. More: pitr-restore help',
    ],
    ['status now', '"status" does not know what to do with "now".', 'Write just: pitr-restore status'],
    ['cancel one two', '"cancel" does not know what to do with "two".', 'Write just: pitr-restore cancel'],
    ['resume one two', '"resume" does not know what to do with "two".', 'Write just: pitr-restore resume'],
    ['undo', 'Undo which restore? Its id is missing.', 'The ids are in: pitr-restore history'],
    ['undo one two', '"undo" does not know what to do with "two".', 'Write just: pitr-restore undo <id>'],
    ['undo one --reason', '--reason needs a value.', 'For example: --reason "a bad deploy emptied quotes"'],
    ['undo one --fence off', '--fence does not go with "undo".', 'Leave one of the two out. More: pitr-restore help'],
    ['udno one', 'There is no command "udno".', 'Did you mean undo?'],
    [
      'audit',
      '"audit" does what? A word is missing.',
      'pitr-restore audit verify looks for changed rows, pitr-restore audit export writes them as JSON Lines.',
    ],
    ['audit verfy', '"audit" does not know what to do with "verfy".', 'Did you mean: pitr-restore audit verify'],
    [
      'audit everything',
      '"audit" does not know what to do with "everything".',
      'pitr-restore audit verify looks for changed rows, pitr-restore audit export writes them as JSON Lines.',
    ],
    ['audit verify all', '"audit" does not know what to do with "all".', 'Write just: pitr-restore audit verify'],
    [
      'cleanup --older-than-hours a-day',
      '"a-day" is not a number of hours for --older-than-hours.',
      'Write a number from 0 on, such as --older-than-hours 24',
    ],
    [
      'cleanup --older-than-hours=-1',
      '"-1" is not a number of hours for --older-than-hours.',
      'Write a number from 0 on, such as --older-than-hours 24',
    ],
    ['cleanup --older-than-hours', '--older-than-hours needs a value.', 'For example: --older-than-hours 24'],
    ['cleanup now', '"cleanup" does not know what to do with "now".', 'Write just: pitr-restore cleanup'],
    [
      `${asWritten} --older-than-hours 3`,
      '--older-than-hours does not go with a restore.',
      'Leave one of the two out. More: pitr-restore help',
    ],
    [
      `${asWritten} --on-conflict ask`,
      '"ask" is not a way to settle conflicts.',
      'An item that the application changed meanwhile: --on-conflict overwrite puts it back all the same, --on-conflict keep leaves it.',
    ],
    [`${asWritten} --on-conflict`, '--on-conflict needs a value.', 'For example: --on-conflict keep'],
    [
      `${asWritten} --fence on`,
      '"on" is not a fence.',
      'Write --fence writes to keep other writers out while live tables are written, or --fence off.',
    ],
    [`${asWritten} --fence`, '--fence needs a value.', 'For example: --fence writes'],
  ] as const)('%s', ([line, message, hint]) => {
    const argv = line.split(' ').filter((word) => word !== '');
    const refusal = refused(() => parseCommandLine(argv));
    expect({ message: refusal.message, hint: refusal.hint }).toEqual({ message, hint });
    expect(refusal).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

test('a drill takes its environment as a word or as a flag, and the latest moment unless told another', () => {
  const drill = { name: 'drill', environment: 'dev', restorePoint: 'latest', tables: [], reason: '', verbose: false };
  expect(parseCommandLine(['drill', 'dev'])).toEqual({ ...drill, json: false });
  expect(parseCommandLine(['drill', '--environment', 'dev', '--json'])).toEqual({ ...drill, json: true });
  expect(parseCommandLine(['drill', 'dev', '--restore-point', '2 hours ago', '--tables', 'quotes'])).toMatchObject({
    restorePoint: '2 hours ago',
    tables: ['quotes'],
  });
  expect(refused(() => parseCommandLine(['drill'])).message).toBe('Drill which environment? Its name is missing.');
  expect(refused(() => parseCommandLine(['drill', 'dev', '--environment', 'prod'])).message).toBe(
    'Which environment: "dev" or "prod"?',
  );
  expect(refused(() => parseCommandLine(['drill', 'dev', '--fence', 'writes'])).message).toBe(
    '--fence does not go with "drill".',
  );
});

test('the doctor looks at everything, or at one environment', () => {
  expect(parseCommandLine(['doctor'])).toEqual({ name: 'doctor', json: false });
  expect(parseCommandLine(['doctor', 'prod', '--json'])).toEqual({ name: 'doctor', environment: 'prod', json: true });
});

function refused(act: () => unknown): WrongUsage {
  try {
    act();
  } catch (error) {
    if (error instanceof WrongUsage) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
