import type { Check } from './check.ts';
import { failed, passed } from './check.ts';

export const tableExists: Check = {
  name: 'table-exists',
  after: [],
  async look({ ref, request, description }) {
    if ((await description()) !== undefined) {
      return passed(`${ref.table} exists.`);
    }
    return failed(
      `There is no table ${ref.table} in ${request.region}.`,
      'Check the table name, the region and the account in the configuration.',
    );
  },
};
