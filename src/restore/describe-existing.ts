import { UserError } from './errors.ts';
import type { Aws, TableDescription } from './ports.ts';

/** @throws UserError TABLE_NOT_FOUND, and what `describe` throws */
export async function describeExisting(aws: Aws, table: string, signal?: AbortSignal): Promise<TableDescription> {
  const description = await aws.tables.describe(table, signal);
  if (description !== undefined) return description;
  throw new UserError(
    'TABLE_NOT_FOUND',
    `There is no table ${table} in this account and region.`,
    'Check the table name, the region and the account in the configuration.',
  );
}
