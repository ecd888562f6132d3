import type { Config } from '../config.ts';
import { examineAll } from '../doctor/examine.ts';
import { type Finding, failed, type Section } from '../doctor/finding.ts';
import type { Environment } from '../restore/environment.ts';
import { UserError } from '../restore/errors.ts';
import type { DoctorCommand } from './arguments.ts';
import { configHere } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** `doctor [environment]`: 1 when something would stop a restore. Changes nothing, in AWS, in Slack or here. */
export async function doctor(command: DoctorCommand, terminal: Terminal): Promise<ExitCode> {
  const sections = await look(command);
  const findings = sections.flatMap((section) => section.findings);
  terminal.stdout.write(command.json ? `${JSON.stringify(doctorJson(findings))}\n` : doctorText(sections));
  return findings.some(({ status }) => status === 'failed') ? 1 : 0;
}

async function look({ environment: name }: DoctorCommand): Promise<readonly Section[]> {
  let config: Config;
  try {
    // Its warnings are findings.
    config = await configHere({ stdout: nowhere, stderr: nowhere });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const finding = failed({ check: 'configuration', subject: '' }, error.message, error.hint);
    return [{ title: 'Configuration', findings: [finding] }];
  }
  return await examineAll(config, name === undefined ? config.environments : [environmentIn(config, name)], Date.now());
}

const nowhere = { write: () => undefined };

function environmentIn({ environments }: Config, name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  const known = environments.map((environment) => environment.name).join(', ');
  throw new UserError('UNKNOWN_ENVIRONMENT', `There is no environment "${name}".`, `Environments: ${known}.`);
}

const marks = { ok: '✓', warning: '!', failed: '✗', 'not tested': '-' } as const satisfies Record<
  Finding['status'],
  string
>;

type Counts = Readonly<Record<Finding['status'], number>>;

function countsOf(findings: readonly Finding[]): Counts {
  const count = (status: Finding['status']) => findings.filter((finding) => finding.status === status).length;
  return { ok: count('ok'), warning: count('warning'), failed: count('failed'), 'not tested': count('not tested') };
}

function doctorJson(findings: readonly Finding[]) {
  const { ok, warning, failed: wrong, 'not tested': notTested } = countsOf(findings);
  return { healthy: wrong === 0, ok, warnings: warning, failed: wrong, not_tested: notTested, findings };
}

/** What was found, as people read it; what is wrong stands once more at the end, where the eye is. Pure. */
export function doctorText(sections: readonly Section[]): string {
  const findings = sections.flatMap((section) => section.findings);
  const { ok, warning, failed: wrong, 'not tested': notTested } = countsOf(findings);
  const trouble = findings.filter(({ status }) => status === 'failed');
  return [
    ...sections
      .filter((section) => section.findings.length > 0)
      .flatMap(({ title, findings: found }) => [title, ...allowedTogether(found).flatMap(findingLines), '']),
    ...(trouble.length === 0 ? [] : ['What is wrong:', ...trouble.flatMap(findingLines), '']),
    `${ok} ok, ${counted(warning, 'warning')}, ${wrong} failed, ${notTested} not tested. Nothing was changed.`,
    '',
  ].join('\n');
}

/** What is allowed on one table is one line: nobody reads twenty. */
function allowedTogether(findings: readonly Finding[]): readonly Finding[] {
  const isAllowed = ({ action, status }: Finding) => action !== undefined && status === 'ok';
  return findings.flatMap((finding, index) => {
    if (!isAllowed(finding)) return [finding];
    const same = findings.filter((other) => isAllowed(other) && other.subject === finding.subject);
    if (same[0] !== findings[index]) return [];
    const actions = same.map(({ action = '' }) => action.replace(/^\w+:/, ''));
    return [{ ...finding, message: `Allowed on ${finding.subject}: ${actions.join(', ')}.` }];
  });
}

function findingLines({ status, message, hint }: Finding): readonly string[] {
  const [first = '', ...rest] = message.split('\n');
  return [
    `  ${marks[status]} ${status === 'not tested' ? 'not tested: ' : ''}${first}`,
    ...rest.map((line) => `    ${line}`),
    ...(hint === '' ? [] : hint.split('\n').map((line) => `      ${line}`)),
  ];
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
