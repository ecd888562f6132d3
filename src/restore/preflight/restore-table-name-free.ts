import type { Check } from './check.ts';
import { failed, passed } from './check.ts';

export const restoreTableNameFree: Check = {
  name: 'restore-table-name',
  after: ['table-exists'],
  async look({ aws, restoreTable, restoreTableIsOurs, signal }) {
    if (restoreTableIsOurs) {
      return passed(`${restoreTable} is a restore table of this very run.`);
    }
    if ((await aws.tables.describe(restoreTable, signal)) === undefined) {
      return passed(`The name ${restoreTable} is free.`);
    }
    return failed(
      `A table called ${restoreTable} exists already, and it was not made by this run.`,
      'Ask again: the name carries the second of the request.',
    );
  },
};
