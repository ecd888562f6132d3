import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { Account } from './call.ts';
import { call } from './call.ts';
import { readTable } from './describe-table.ts';

/** @throws UserError TABLE_IN_USE while the table is being created or changed: it cannot be deleted before AWS is done. */
export async function deleteTable(account: Account, table: string): Promise<void> {
  const { client, region } = account;
  const attempt = { action: 'dynamodb:DeleteTable', resource: table, region } as const;
  try {
    await call(attempt, async () => client.send(new DeleteTableCommand({ TableName: table })));
  } catch (error) {
    if (!(await isGone(account, table, error))) {
      throw error;
    }
  }
}

async function isGone(account: Account, table: string, error: unknown): Promise<boolean> {
  if (!(error instanceof UserError && (error.code === 'TABLE_NOT_FOUND' || error.code === 'TABLE_IN_USE'))) {
    return false;
  }
  // Both are also said of a table that is being restored, so neither proves anything.
  const found = await readTable(account, table);
  return found === undefined || found.TableStatus === 'DELETING';
}
