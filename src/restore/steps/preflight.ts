import { UserError } from '../errors.ts';
import { runChecks } from '../preflight/checks.ts';
import type { CheckResult } from '../restores.ts';
import { restoreTablesOf } from '../run.ts';
import { stampOf } from '../run-id.ts';
import type { Step } from '../step.ts';

/** Every check that reads, again: between the request and now a table may have gone or an instant left the window. */
export const preflight: Step = {
  phase: 'PREFLIGHT',
  async run({ aws, clock, record, run, signal }) {
    const { id, request } = run();
    const ownRestoreTables = restoreTablesOf(run());
    const results = await runChecks({ request, ...stampOf(id), aws, now: clock.now(), ownRestoreTables, signal });
    for (const result of results) {
      if (result.status === 'warning') {
        record({
          type: 'preflight-warning',
          message: result.message,
          ...(result.label === undefined ? {} : { label: result.label }),
        });
      }
    }
    const failed = results.filter((result) => result.status === 'failed');
    if (failed.length > 0) throw preflightFailed(failed);
    record({ type: 'preflight-passed', checks: results.length });
  },
};

function preflightFailed(failed: readonly CheckResult[]): UserError {
  return new UserError(
    'PREFLIGHT',
    failed.map((result) => result.message).join(' '),
    [...new Set(failed.map((result) => result.hint))].join(' '),
  );
}
