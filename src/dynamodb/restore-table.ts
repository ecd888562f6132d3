import {
  RestoreTableToPointInTimeCommand,
  TableAlreadyExistsException,
  TableInUseException,
} from '@aws-sdk/client-dynamodb';
import type { Tables } from '../restore/ports.ts';
import type { Account } from './call.ts';
import { call } from './call.ts';
import { mustBeFromAws } from './response-metadata.ts';
import { isClearNo } from './translate-errors.ts';

type RestoreOrder = Parameters<Tables['restore']>[0];

/**
 * Asks AWS to build `target`. When a reply is lost, the SDK asks again and AWS refuses because of the table that the
 * first request has begun. So TABLE_EXISTS and TABLE_IN_USE may be the echo of our own success, and after NETWORK or
 * UNAVAILABLE the table may be under way all the same: `describe` tells what it is being restored from. Of several tries
 * that fail, one without a clear answer counts more than the last one: any other code means that none was accepted.
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
  let unclear: unknown;
  // Within the SDK's own tries.
  command.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!isClearNo(error)) unclear ??= error;
        throw error;
      }
    },
    { step: 'deserialize', priority: 'high', name: 'rememberUnclear' },
  );
  await call(attempt, async () => {
    try {
      const { TableDescription, $metadata } = await client.send(command);
      if (TableDescription === undefined) mustBeFromAws($metadata);
    } catch (error) {
      throw unclear !== undefined && !isEcho(error) ? unclear : error;
    }
  });
}

/** May be said because of the table that a try of ours has begun. */
function isEcho(error: unknown): boolean {
  return error instanceof TableAlreadyExistsException || error instanceof TableInUseException;
}
