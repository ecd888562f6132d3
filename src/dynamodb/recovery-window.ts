import { DescribeContinuousBackupsCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { RecoveryWindow } from '../restore/ports.ts';
import type { Account } from './call.ts';
import { call } from './call.ts';
import { mustBeFromAws } from './response-metadata.ts';

/**
 * The whole seconds a table can be restored to. AWS tells its bounds to the millisecond and restores to seconds, so the
 * earliest is the next full second, and the latest the last one.
 */
export async function readRecoveryWindow(
  { client, region }: Account,
  table: string,
  signal?: AbortSignal,
): Promise<RecoveryWindow> {
  const attempt = { action: 'dynamodb:DescribeContinuousBackups', resource: table, region } as const;
  const command = new DescribeContinuousBackupsCommand({ TableName: table });
  const options = signal === undefined ? {} : { abortSignal: signal };
  try {
    const described = await call(
      attempt,
      async () => {
        const { ContinuousBackupsDescription, $metadata } = await client.send(command, options);
        if (ContinuousBackupsDescription === undefined) mustBeFromAws($metadata);
        return ContinuousBackupsDescription;
      },
      signal,
    );
    const {
      PointInTimeRecoveryStatus: status,
      EarliestRestorableDateTime: earliest,
      LatestRestorableDateTime: latest,
      RecoveryPeriodInDays: periodDays,
    } = described?.PointInTimeRecoveryDescription ?? {};
    if (status !== 'ENABLED') {
      return { enabled: false };
    }
    if (earliest === undefined || latest === undefined) {
      throw boundsUnknown(table);
    }
    return {
      enabled: true,
      earliest: Math.ceil(earliest.getTime() / 1000) * 1000,
      latest: Math.floor(latest.getTime() / 1000) * 1000,
      ...(periodDays === undefined ? {} : { periodDays }),
    };
  } catch (error) {
    if (error instanceof UserError && error.code === 'PITR_UNAVAILABLE') {
      return { enabled: false };
    }
    throw error;
  }
}

function boundsUnknown(table: string): UserError {
  return new UserError(
    'RESTORE_TIME',
    `Point-in-time recovery is on for ${table}, but AWS does not say yet from when to when it can be restored.`,
    'It was turned on a moment ago. Try again in a few minutes.',
  );
}
