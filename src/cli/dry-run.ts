import { costSentence } from '../restore/cost.ts';
import { type Expectation, expectationSentence } from '../restore/expectation.ts';
import { describeInstant } from '../restore/restore-point/zoned-time.ts';
import type { CheckResult, DryRunReport } from '../restore/restores.ts';
import type { RestoreCommand } from './arguments.ts';
import { withParts } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { personHere, timeZoneHere } from './this-shell.ts';
import { wishFrom } from './wish.ts';

/** `--dry-run`: every check that reads. 1 when one of them failed. */
export async function dryRun(command: RestoreCommand, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async ({ restores, clock }) => {
    const environment = restores.environment(command.environment);
    const now = clock.now();
    const wish = wishFrom(command, environment, { now, timeZone: timeZoneHere(), person: personHere() });
    const report = await restores.dryRun(wish);
    terminal.stdout.write(command.json ? `${JSON.stringify(report)}\n` : dryRunText(report, now));
    return report.passed ? 0 : 1;
  });
}

const marks = { passed: '✓', warning: '!', failed: '✗' } as const satisfies Record<CheckResult['status'], string>;

/** The report as people read it. Pure. */
export function dryRunText({ request, checks, passed, expected }: DryRunReport, now: number): string {
  const point = describeInstant(request.restorePoint, now, request.timeZone);
  const failed = checks.filter((check) => check.status === 'failed').length;
  const verdict = passed
    ? 'Nothing stands in the way. Nothing was changed.'
    : `${failed} ${failed === 1 ? 'check' : 'checks'} failed. Nothing was changed.`;
  return [
    `Dry run of ${request.environment}: ${request.tables.map((ref) => ref.table).join(', ')}`,
    `Restore point: ${point.local} (${point.utc}, ${point.ago})`,
    ...checks.flatMap((check) => checkLines(check)),
    ...(expected === undefined ? [] : expectationLines(expected)),
    verdict,
    '',
  ].join('\n');
}

/** Rough, and before anything was begun. */
function expectationLines(expected: Expectation): readonly string[] {
  return [
    `How long: ${expectationSentence(expected)}; writing what differs comes on top.`,
    `What it uses of AWS, at least: ${costSentence(expected.cost)}.`,
  ];
}

function checkLines({ status, label, message, hint }: CheckResult): readonly string[] {
  const about = label === undefined ? '' : `${label}: `;
  const first = `${marks[status]} ${about}${message}`;
  return hint === '' ? [first] : [first, `    ${hint}`];
}
