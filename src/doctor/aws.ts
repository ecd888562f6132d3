/** What AWS lets an environment do, and whether its tables can be restored. */
import { type Examination, examine } from '../dynamodb/examine.ts';
import type { Permission } from '../dynamodb/permissions.ts';
import type { Environment, TableRef } from '../restore/environment.ts';
import { UserError } from '../restore/errors.ts';
import type { Aws, TableDescription } from '../restore/ports.ts';
import { stateOf } from '../restore/preflight/table-active.ts';
import { restoreTableName } from '../restore/restore-table-name.ts';
import { type Finding, failed, notTested, ok, type Section, warning } from './finding.ts';

/** More than that and two machines may misjudge each other's lease (sqlite/lock.ts). */
const skewWorthAWord = 30_000;
/** AWS refuses a request that was signed more than five minutes off (Signature Version 4). */
const skewTooMuch = 4 * 60_000;

export async function examineEnvironment(environment: Environment, aws: Aws): Promise<Section> {
  const { name, region, roleArn } = environment;
  const examination = examine(environment);
  try {
    const findings: Finding[] = [await clock(examination, name)];
    for (const ref of environment.tables) findings.push(...(await table(ref, environment, aws, examination)));
    const as = roleArn === undefined ? '' : ` as ${roleArn}`;
    return { title: `AWS, environment ${name} (${region}${as})`, findings };
  } finally {
    examination.close();
  }
}

async function clock(examination: Examination, environment: string): Promise<Finding> {
  const about = { check: 'clock', subject: environment };
  const ahead = await examination.clockAheadMs();
  if (ahead === undefined) return notTested(about, 'AWS did not answer, so its clock is not known.');
  const seconds = Math.round(Math.abs(ahead) / 1000);
  const said = `The clock of this machine is ${seconds} s ${ahead > 0 ? 'ahead of' : 'behind'} AWS's.`;
  const hint = 'Have the machine set its clock over the network (NTP, chrony).';
  if (Math.abs(ahead) >= skewTooMuch) return failed(about, said, hint);
  if (Math.abs(ahead) >= skewWorthAWord) return warning(about, said, hint);
  return ok(about, `The clock of this machine is right, to ${Math.max(1, seconds)} s.`);
}

async function table(
  ref: TableRef,
  environment: Environment,
  aws: Aws,
  examination: Examination,
): Promise<readonly Finding[]> {
  const about = { check: 'table', subject: ref.table };
  try {
    const description = await aws.tables.describe(ref.table);
    if (description === undefined) {
      return [
        failed(about, `There is no table ${ref.table} in ${environment.region}.`, 'Correct its name, or the region.'),
      ];
    }
    const { status, message, hint } = stateOf(ref.table, description.status);
    return [
      status === 'passed'
        ? ok(about, `${ref.table} is there and ACTIVE.`)
        : (status === 'failed' ? failed : warning)(about, message, hint),
      await recovery(ref, aws),
      ...(await permissions(description, environment, examination)),
    ];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [failed(about, error.message, error.hint), notTested(about, `Nothing else is known of ${ref.table}.`)];
  }
}

async function recovery({ table: name }: TableRef, aws: Aws): Promise<Finding> {
  const about = { check: 'pitr', subject: name };
  try {
    const window = await aws.tables.recoveryWindow(name);
    if (!window.enabled) {
      return failed(
        about,
        `Point-in-time recovery is off for ${name}: it cannot be restored.`,
        `Turn it on: aws dynamodb update-continuous-backups --table-name ${name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
      );
    }
    const second = (at: number) => `${new Date(at).toISOString().slice(0, 19)}Z`;
    return ok(
      about,
      `${name} can be restored to any second from ${second(window.earliest)} to ${second(window.latest)}.`,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return failed(about, error.message, error.hint);
  }
}

async function permissions(
  live: TableDescription,
  environment: Environment,
  examination: Examination,
): Promise<readonly Finding[]> {
  // A moment before any of our requests: no run can have made a table of this name, and none ever will.
  const restoreTable = restoreTableName(live.table, 0);
  return [
    ...(await examination.liveTable(live, restoreTable, environment.fence === 'writes')),
    ...(await examination.restoreTable(live, restoreTable)),
  ].map(permission);
}

/** Only a warning is lost by not knowing about time to live. */
const dispensable: readonly string[] = ['dynamodb:DescribeTimeToLive'];

function permission({ action, table: name, verdict, answer }: Permission): Finding {
  const about = { check: 'permission', subject: name, action };
  const hint = `Allow ${action} on ${name.includes('-restore-') ? 'the restore tables (…-restore-*)' : name} in the role's policy; deploy/iam/restore.json has the whole policy.`;
  switch (verdict) {
    case 'allowed':
      return ok(about, `${action} on ${name} is allowed.`);
    case 'denied':
      return dispensable.includes(action)
        ? warning(about, `AWS denies ${action} on ${name}: items that expire are not warned of.`, hint)
        : failed(about, `AWS denies ${action} on ${name}.`, hint);
    case 'unknown':
      return notTested(about, `Whether ${action} on ${name} is allowed: ${answer}`);
  }
}
