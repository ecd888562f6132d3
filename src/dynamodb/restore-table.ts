import { RestoreTableToPointInTimeCommand } from '@aws-sdk/client-dynamodb';
import type { Tables } from '../restore/ports.ts';
import type { Account } from './call.ts';
import { call } from './call.ts';

type RestoreOrder = Parameters<Tables['restore']>[0];

/**
 * Asks AWS to build `target`. When a reply is lost, the SDK asks again and AWS refuses because of the table that the
 * first request has begun. So TABLE_EXISTS and TABLE_IN_USE may be the echo of our own success, and after NETWORK, or AWS
 * with a 5xx, the table may be under way all the same: `describe` tells what it is being restored from.
 */
export async function restoreTable({ client, region }: Account, { source, target, at }: RestoreOrder): Promise<void> {
  const attempt = { action: 'dynamodb:RestoreTableToPointInTime', resource: source, target, region } as const;
  const command = new RestoreTableToPointInTimeCommand({
    SourceTableName: source,
    TargetTableName: target,
    RestoreDateTime: new Date(at),
    BillingModeOverride: 'PAY_PER_REQUEST',
    // Empty, not absent: absent means that every index is built, which takes long and is never read. And nothing else:
    // an empty OnDemandThroughputOverride is answered with an error while the restore goes ahead.
    GlobalSecondaryIndexOverride: [],
    LocalSecondaryIndexOverride: [],
  });
  await call(attempt, async () => client.send(command));
}
