import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { type ErrorCode, UserError } from '../restore/errors.ts';
import type { Account } from './call.ts';
import { call } from './call.ts';
import { readTable } from './describe-table.ts';
import { mustBeFromAws } from './response-metadata.ts';

/** @throws UserError TABLE_IN_USE while the table is being created or changed: it cannot be deleted before AWS is done. */
export async function deleteTable(account: Account, table: string): Promise<void> {
  const { client, region } = account;
  const attempt = { action: 'dynamodb:DeleteTable', resource: table, region } as const;
  try {
    await call(attempt, async () => {
      const { TableDescription, $metadata } = await client.send(new DeleteTableCommand({ TableName: table }));
      if (TableDescription === undefined) mustBeFromAws($metadata);
    });
  } catch (error) {
    if (!(await isGone(account, table, error))) {
      throw error;
    }
  }
}

/** Two of them are also said of a table that is being restored; after the others, AWS may have heard us or not. */
const provesNothing: readonly ErrorCode[] = ['TABLE_NOT_FOUND', 'TABLE_IN_USE', 'NETWORK', 'UNAVAILABLE'];

async function isGone(account: Account, table: string, error: unknown): Promise<boolean> {
  if (!(error instanceof UserError && provesNothing.includes(error.code))) return false;
  const found = await readTable(account, table);
  return found === undefined || found.TableStatus === 'DELETING';
}
