import type { Operation } from './operation.ts';
import { accountOperations } from './operations/account.ts';
import { batchOperations } from './operations/batches.ts';
import { itemOperations } from './operations/items.ts';
import { policyOperations } from './operations/policy.ts';
import { recoveryOperations } from './operations/recovery.ts';
import { restoreOperations } from './operations/restore.ts';
import { scanOperations } from './operations/scan.ts';
import { tableOperations } from './operations/tables.ts';
import { tagOperations } from './operations/tags.ts';
import { transactionOperations } from './operations/transactions.ts';

/** Everything the sandbox's DynamoDB can do, by the name in `X-Amz-Target`. */
export const operations: Readonly<Record<string, Operation>> = {
  ...accountOperations,
  ...batchOperations,
  ...itemOperations,
  ...policyOperations,
  ...recoveryOperations,
  ...restoreOperations,
  ...scanOperations,
  ...tableOperations,
  ...tagOperations,
  ...transactionOperations,
};
