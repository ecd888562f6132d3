import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../src/cli/arguments.ts';
import { run } from './cli/program.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const root = join(import.meta.dirname, '..');
const text = readFileSync(join(root, 'docs/requirement.md'), 'utf8');

/** `file` › name of a test, up to the end of the cell or the sentence, or to the next test. */
const named = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)` › (.+?)(?=; `test\/| \||\.? Ours|\.$)/gm)];

test('docs/requirement.md names tests that exist', () => {
  expect(named.length).toBeGreaterThan(90);
  const missing = named.flatMap(([, file = '', name = '']) => {
    const path = join(root, file);
    const found = existsSync(path) && declared(readFileSync(path, 'utf8')).includes(name.trim());
    return found ? [] : [`${file} › ${name}`];
  });
  expect(missing).toEqual([]);
});

test('every mention of a test was read, and every difference that is referred to is explained', () => {
  expect(named.length).toBe(text.split('.test.ts` › ').length - 1);
  const differences = [...text.matchAll(/\bD\d+\b/g)].map(([each]) => each);
  for (const each of differences) expect(text).toContain(`\n| ${each} | `);
});

/** Names as they are written where a test is declared. */
function declared(source: string): readonly string[] {
  return [...source.matchAll(/(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , name = '']) => name.replaceAll(/\\(.)/g, '$1'));
}

/** Out of the requirement, word for word. */
const words = [
  ...['--restore-point', '--environment', '--dry-run', '--timeout-minutes', '--verbose', '--list-restore-points'],
  ...['DYNAMODB_TABLE', 'DYNAMODB_USER_LIKES_TABLE', 'DYNAMODB_USER_VIEWS_TABLE', 'AWS_REGION', 'RESTORE_LOCK_FILE'],
  ...['RESTORE_TIMEOUT_MINUTES', 'RESTORE_LOG_GROUP', 'RESTORE_LOG_STREAM', 'restore_dynamodb_YYYYMMDD_HHMMSS.log'],
  'Another restore operation is running. Please wait or check lock file.',
  'Failed to initiate PITR restore for {table}: {error}',
  'Restore operation timed out. Restore tables preserved for manual recovery.',
  'Item count mismatch detected. Original: {count1}, Restore: {count2}',
  'Failed to swap data for {table}: {error}',
  'Warning: Failed to delete restore table {table}. Please delete manually.',
  ...['restore_id', 'status', 'restore_point_in_time', 'started_at', 'current_phase', 'progress', 'original_count'],
  'restored_count',
  // The acceptance criteria.
  'Single command restores all 3 tables to specified point in time',
  'Restore point can be any time within last 35 days',
  'PITR restore tables created with correct naming convention',
  'Data from restore tables swapped to production tables',
  'Restore tables deleted after successful swap',
  'Restore completes within 30 minutes for typical datasets',
  'Only one restore operation runs at a time',
  'Concurrent restore attempt returns clear error message',
  'No data corruption from concurrent operations',
  'Lock file automatically released on completion or timeout',
  'All operations logged to CloudWatch',
  'Console output shows progress in real-time',
  'Timestamps for each phase',
  'Item counts logged before/after swap',
  'Clear success/failure indicators',
  'Detailed error messages for failures',
  'Status file tracks restore progress',
  'Script can be run manually from command line',
  'Script can be run via cron job for scheduled restores',
  'Script can be run from CI/CD pipeline',
  'Dry-run mode validates without executing',
  'Custom timeout configuration supported',
  'Verbose logging mode available',
  'Restore point validation (within 35 days)',
  'Item count verification before/after swap',
  'Graceful handling of PITR failures',
  'Preserve restore tables on failure for manual recovery',
  'Clear error messages for troubleshooting',
  'Stale lock file detection and cleanup',
];

test('nothing of the requirement’s lists is missing', () => {
  expect(words.filter((each) => !text.includes(each))).toEqual([]);
});

test('the requirement’s command lines are understood as they stand', () => {
  const basic = ['--restore-point', '2025-12-19T09:00:00Z', '--environment', 'dev'];
  const restore = { name: 'restore', restorePoint: '2025-12-19T09:00:00Z', environment: 'dev' };
  expect(parseCommandLine(basic)).toMatchObject({ ...restore, dryRun: false, verbose: false });
  expect(parseCommandLine([...basic, '--dry-run'])).toMatchObject({ ...restore, dryRun: true });
  expect(parseCommandLine([...basic, '--timeout-minutes', '45'])).toMatchObject({ ...restore, timeoutMinutes: 45 });
  expect(parseCommandLine([...basic, '--verbose'])).toMatchObject({ ...restore, verbose: true });
  expect(parseCommandLine(['--list-restore-points', '--environment', 'dev'])).toMatchObject({
    name: 'list-restore-points',
    environment: 'dev',
  });
});

test('what is printed to a pipe or a file has no control characters', async () => {
  for (const command of [['help'], ['status'], ['history'], ['audit', 'verify'], ['--no-such-flag']]) {
    const { stdout, stderr } = await run(command, temporaryFolder(), { FORCE_COLOR: '1' });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  }
});
