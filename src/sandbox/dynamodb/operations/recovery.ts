import { AwsError, invalid } from '../../aws-error.ts';
import { constraint, missing, optionalFlag, optionalNumber, optionalRecord, text, type Wire } from '../../wire.ts';
import type { Operation } from '../operation.ts';
import type { Region } from '../region.ts';
import type { SandboxTable } from '../table.ts';

const dayMs = 86_400_000;

/** The seconds a table can be restored to, in milliseconds since the epoch. */
export type RestorableWindow = { readonly earliest: number; readonly latest: number };

/**
 * The restorable window of a table whose recovery is on, in whole seconds as AWS shows it. Just after enabling, while
 * the usual lag would put the latest instant before the earliest, both are the instant of enabling.
 */
export function restorableWindow(table: SandboxTable, region: Region): RestorableWindow | undefined {
  const { recovery } = table;
  if (recovery === undefined) return undefined;
  const now = region.world.clock();
  const earliest = Math.max(recovery.enabledAt, now - recovery.days * dayMs);
  const latest = Math.max(earliest, now - region.world.latestLagMs);
  return { earliest: wholeSecond(earliest), latest: wholeSecond(latest) };
}

/** Restores know no fractions of a second. */
export function wholeSecond(instant: number): number {
  return Math.floor(instant / 1000) * 1000;
}

const updateContinuousBackups: Operation = async ({ region, body }) => {
  const specification = optionalRecord(body, 'PointInTimeRecoverySpecification');
  if (specification === undefined) throw missing('PointInTimeRecoverySpecification');
  const enabled = optionalFlag(specification, 'PointInTimeRecoveryEnabled');
  if (enabled === undefined) throw missing('PointInTimeRecoverySpecification.pointInTimeRecoveryEnabled');
  const days = optionalNumber(specification, 'RecoveryPeriodInDays');
  checkDays(days, enabled);
  const table = settled(region, text(body, 'TableName'));
  const now = region.world.clock();
  if (!enabled) {
    table.recovery = undefined;
  } else if (table.recovery === undefined) {
    table.recovery = { enabledAt: now, days: days ?? 35 };
    table.history.forgetBefore(now);
  } else if (days !== undefined) {
    table.recovery = { ...table.recovery, days };
  }
  return { ContinuousBackupsDescription: describe(table, region) };
};

function checkDays(days: number | undefined, enabled: boolean): void {
  if (days === undefined) return;
  const member = 'pointInTimeRecoverySpecification.recoveryPeriodInDays';
  if (days < 1) throw constraint(String(days), member, 'Member must have value greater than or equal to 1');
  if (days > 35) throw constraint(String(days), member, 'Member must have value less than or equal to 35');
  if (!enabled) throw invalid('RecoveryPeriodInDays can only be specified when PointInTimeRecoveryEnabled is true');
}

const describeContinuousBackups: Operation = async ({ region, body }) => {
  return { ContinuousBackupsDescription: describe(settled(region, text(body, 'TableName')), region) };
};

/** @throws AwsError TableNotFoundException also while the table is still being made */
function settled(region: Region, name: string): SandboxTable {
  const table = region.find(name);
  if (table === undefined || table.status(region.world.clock()) !== 'ACTIVE') {
    throw new AwsError('TableNotFoundException', `Table not found: ${name}`);
  }
  return table;
}

function describe(table: SandboxTable, region: Region): Wire {
  const window = restorableWindow(table, region);
  return {
    ContinuousBackupsStatus: 'ENABLED',
    PointInTimeRecoveryDescription: {
      PointInTimeRecoveryStatus: window === undefined ? 'DISABLED' : 'ENABLED',
      ...(window && {
        RecoveryPeriodInDays: table.recovery?.days,
        EarliestRestorableDateTime: window.earliest / 1000,
        LatestRestorableDateTime: window.latest / 1000,
      }),
    },
  };
}

export const recoveryOperations: Readonly<Record<string, Operation>> = {
  UpdateContinuousBackups: updateContinuousBackups,
  DescribeContinuousBackups: describeContinuousBackups,
};
