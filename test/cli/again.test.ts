import { expect, test } from 'vitest';
import { commandAgain } from '../../src/cli/again.ts';
import { parseCommandLine } from '../../src/cli/arguments.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { RestoreRequest } from '../../src/restore/request.ts';
import { foldRun, type Run, type RunState } from '../../src/restore/run.ts';
import { begin, request, requestedAt } from '../reporters/story.ts';
import { requested } from '../support/requests.ts';

const { planConfirmation, timeoutMinutes, onConflict, fence } = request.options;
const environment: Environment = {
  name: 'dev',
  region: 'eu-central-1',
  tables: request.tables,
  admins: [],
  approvers: [],
  approvals: 0,
  channels: [],
  planConfirmation,
  reasonRequired: false,
  timeoutMinutes,
  onConflict,
  fence,
};

test('a restore that was asked for in words is asked for again by its moment', () => {
  expect(again({ words: '2 hours ago' })).toBe(
    "pitr-restore --restore-point 2025-12-19T09:00:00Z --environment dev --reason 'a bad deploy'",
  );
});

test('with the tables and flags that were given, and a reason that a shell reads as it was', () => {
  const some = request.tables.slice(0, 2);
  const options = {
    ...request.options,
    planConfirmation: 'never',
    onConflict: onConflict === 'keep' ? 'overwrite' : 'keep',
    fence: fence === 'off' ? 'writes' : 'off',
    timeoutMinutes: 45,
    rollback: false,
  } as const;
  const line = again({ tables: some, options, reason: "Bob's $HOME" });
  expect(line).toContain(' --tables quotes,user-likes --accept-count-mismatch --on-conflict ');
  expect(line).toMatch(/ --reason 'Bob'\\''s \$HOME'$/);
  const flags = (line ?? '')
    .replace(/ --reason .*/, '')
    .split(' ')
    .slice(1);
  expect(parseCommandLine(flags)).toMatchObject({
    environment: 'dev',
    restorePoint: '2025-12-19T09:00:00Z',
    tables: ['quotes', 'user-likes'],
    acceptCountMismatch: true,
    onConflict: options.onConflict,
    fence: options.fence,
    timeoutMinutes: 45,
    rollback: false,
  });
});

test('a drill is asked for again as one, of whatever moment is the latest then', () => {
  expect(again({ drill: true })).toMatch(/^pitr-restore drill \S+$/);
});

test('an undo is asked for again as one', () => {
  expect(again({ undoOf: 'restore-0' })).toBe('pitr-restore undo restore-0');
});

test.for(['FAILED', 'CANCELLED', 'ROLLED_BACK', 'NEEDS_ATTENTION'] as const)('a run that is %s says it', (state) => {
  expect(again({}, state)).toMatch(/^pitr-restore /);
});

test.for(['COMPLETED', 'IN_PROGRESS'] as const)('a run that is %s does not', (state) => {
  expect(again({}, state)).toBeUndefined();
});

function again(changes: Partial<RestoreRequest>, state: RunState = 'FAILED'): string | undefined {
  const event = requested({ ...begin, request: { ...request, ...changes } });
  const run: Run | undefined = foldRun([{ seq: 1, runId: 'restore-1', at: requestedAt, event, hash: '' }]);
  return run === undefined ? undefined : commandAgain({ ...run, state }, environment);
}
