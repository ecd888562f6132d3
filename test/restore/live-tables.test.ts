import { expect, test } from 'vitest';
import { adviceForAttention } from '../../src/restore/attention.ts';
import type { RunEvent } from '../../src/restore/events.ts';
import { adviceForWritten, stateOfLiveTables } from '../../src/restore/live-tables.ts';
import { foldRun } from '../../src/restore/run.ts';
import { aRequest, requested } from '../support/requests.ts';

const tables = ['a', 'b', 'c'].map((label) => ({ label, table: `table-${label}` }));
const cause = { code: 'SWAP', message: 'No answer.', hint: '' } as const;

function runAfter(events: readonly RunEvent[], undoOf?: string) {
  const request = aRequest({ tables, ...(undoOf === undefined ? {} : { undoOf }) });
  const all = [requested({ request, approvalsNeeded: 0 }), { type: 'started' } as const, ...events];
  const run = foldRun(all.map((event, index) => ({ seq: index + 1, runId: 'restore-1', at: 0, event, hash: '' })));
  if (run === undefined) throw new Error('no run');
  return run;
}

const begun: readonly RunEvent[] = [
  { type: 'swap-started', label: 'a', put: 1, delete: 0 },
  { type: 'swap-finished', label: 'a', put: 1, delete: 0, overwritten: 0, kept: 0 },
  { type: 'swap-started', label: 'b', put: 1, delete: 0 },
];
const puttingBack: readonly RunEvent[] = [
  ...begun,
  { type: 'rollback-started', ...cause },
  { type: 'table-rolled-back', label: 'a', putBack: 1, changedSince: 0 },
];

test('what was begun is told table by table', () => {
  expect(stateOfLiveTables(runAfter([]))).toBe('The live tables were not touched.');
  expect(stateOfLiveTables(runAfter(begun))).toBe(
    'Partly written back: table-b. Written back, not verified to the end: table-a.',
  );
});

test('what is being put back is not told as written', () => {
  expect(stateOfLiveTables(runAfter(puttingBack))).toBe(
    'Being put back, and not yet all of it: table-b. Put back: table-a.',
  );
});

test('what was written and left so is told with what to type, and until when', () => {
  expect(adviceForWritten(runAfter(begun))).toBe(
    'A restore to the same point finishes it. `undo restore-1` puts back what was written. What was overwritten stays in the journal for 35 days.',
  );
  expect(adviceForWritten(runAfter(begun, 'restore-0'))).toBe(
    '`undo restore-0` finishes it. `undo restore-1` takes back what was put back. What was overwritten stays in the journal for 35 days.',
  );
  expect(adviceForWritten(runAfter([]))).toBe('');
});

test('where a person has to look, an undo is finished by asking for it again', () => {
  expect(adviceForAttention(runAfter(puttingBack))).toBe(
    'State: table-a: put back; table-b: partly written; table-c: not touched. Mend the cause, then put back what was written with `undo restore-1`, or finish it with a new restore to the same point. What was overwritten stays in the journal for 35 days.',
  );
  expect(adviceForAttention(runAfter(begun, 'restore-0'))).toContain(
    'table-a: written in full; table-b: partly written; table-c: not touched. Mend the cause, then finish it with `undo restore-0`, or take back what this undo wrote with `undo restore-1`.',
  );
});
