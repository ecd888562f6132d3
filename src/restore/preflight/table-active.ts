import type { TableStatus } from '../ports.ts';
import type { Check, Finding } from './check.ts';
import { failed, passed, warning } from './check.ts';

export const tableActive: Check = {
  name: 'table-active',
  after: ['table-exists'],
  async look({ ref, description }) {
    const found = await description();
    return found === undefined ? failed(`${ref.table} is gone.`, 'Try again.') : stateOf(ref.table, found.status);
  },
};

/** Whether a restore can begin with the table in this state. Pure. */
export function stateOf(table: string, status: TableStatus): Finding {
  switch (status) {
    case 'ACTIVE':
      return passed(`${table} is ACTIVE.`);
    case 'UPDATING':
      return warning(
        `${table} is being changed right now (UPDATING).`,
        'It can be read and written meanwhile; the swap may be slower than usual.',
      );
    case 'CREATING':
    case 'DELETING':
      return failed(`${table} is ${status}, not ACTIVE.`, 'Wait until AWS is done with it, then try again.');
    case 'ARCHIVING':
    case 'ARCHIVED':
      return failed(
        `${table} is ${status}: its KMS key was out of reach for more than seven days, and AWS has put the table away.`,
        'Restore it from the backup that AWS made of it then, in the AWS console.',
      );
    case 'INACCESSIBLE_ENCRYPTION_CREDENTIALS':
      return failed(
        `${table} cannot be read: its KMS key is disabled, deleted or not allowed (${status}).`,
        'Make the key usable again. After seven days without it, AWS archives the table.',
      );
    case 'REPLICATION_NOT_AUTHORIZED':
      return failed(
        `${table} may not replicate to its other regions (${status}).`,
        'Give the replication role its permissions back, then try again.',
      );
  }
}
