import { describeExisting } from './describe-existing.ts';
import type { Environment, TableRef } from './environment.ts';
import { selectTables } from './environment.ts';
import { UserError } from './errors.ts';
import { whatToExpect } from './expectation.ts';
import type { Aws } from './ports.ts';
import { provisionedCapacityWarning } from './preflight/provisioned-capacity.ts';
import { replicaWarning } from './preflight/replicas.ts';
import { streamWarning } from './preflight/stream-consumers.ts';
import { timeToLiveWarning } from './preflight/time-to-live.ts';
import type { EnvironmentOutlook, TableOutlook } from './restores.ts';
import type { Run } from './run.ts';

/** What can be known about tables without asking anything of them. `history`: earlier runs, newest first. */
export async function lookAt(
  aws: Aws,
  environment: Environment,
  labels: readonly string[],
  history: readonly Run[],
): Promise<EnvironmentOutlook> {
  const refs = selectTables(environment, labels);
  const tables = await Promise.all(refs.map((ref) => lookAtTable(aws, ref)));
  return {
    environment: environment.name,
    tables,
    window: commonWindow(tables),
    approximateItems: sum(tables.map(({ description }) => description.approximateItems)),
    approximateBytes: sum(tables.map(({ description }) => description.approximateBytes)),
    expected: whatToExpect(
      environment,
      tables.map(({ description }) => description),
      history,
    ),
    warnings: tables.flatMap(warningsAbout),
  };
}

async function lookAtTable(aws: Aws, ref: TableRef): Promise<TableOutlook> {
  const [description, window, timeToLiveAttribute] = await Promise.all([
    describeExisting(aws, ref.table),
    aws.tables.recoveryWindow(ref.table),
    aws.tables.timeToLive(ref.table),
  ]);
  return { ...ref, description, window, timeToLiveAttribute };
}

/**
 * Where every one of the tables can be restored.
 * @throws UserError PITR_UNAVAILABLE naming each table without point-in-time recovery, RESTORE_POINT when windows do not meet
 */
function commonWindow(tables: readonly TableOutlook[]): { readonly earliest: number; readonly latest: number } {
  const off = tables.filter(({ window }) => !window.enabled).map(({ table }) => table);
  if (off.length > 0) {
    throw new UserError(
      'PITR_UNAVAILABLE',
      `Point-in-time recovery is off for ${off.join(', ')}.`,
      'It cannot be restored to a time at which it was off. Turn it on for the future: aws dynamodb update-continuous-backups --table-name <table> --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true',
    );
  }
  const windows = tables.flatMap(({ window }) => (window.enabled ? [window] : []));
  const earliest = Math.max(...windows.map((window) => window.earliest));
  const latest = Math.min(...windows.map((window) => window.latest));
  if (earliest > latest) {
    throw new UserError(
      'RESTORE_POINT',
      'There is no moment to which all of these tables can be restored.',
      'Restore fewer of them at once with --tables.',
    );
  }
  return { earliest, latest };
}

/** The same sentences as the checks', before anything is asked. */
function warningsAbout({ description, timeToLiveAttribute }: TableOutlook): readonly string[] {
  const findings = [
    streamWarning(description),
    replicaWarning(description),
    timeToLiveWarning(description.table, timeToLiveAttribute),
    provisionedCapacityWarning(description),
  ];
  return findings.flatMap((finding) => finding?.message ?? []);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
