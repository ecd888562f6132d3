import type { TableDescription } from '../ports.ts';
import type { Check, Finding } from './check.ts';
import { passed, warning } from './check.ts';

export const replicas: Check = {
  name: 'replicas',
  after: ['table-exists'],
  isFor: ({ drill }) => drill !== true,
  async look({ ref, description }) {
    return replicaWarning(await description()) ?? passed(`${ref.table} has no replicas.`);
  },
};

export function replicaWarning(description: TableDescription | undefined): Finding | undefined {
  if (description === undefined) {
    return undefined;
  }
  if (description.legacyGlobal === true) {
    return warning(
      `${description.table} is a global table of version 2017.11.29: its aws:rep attributes are compared and written back like data.`,
      'Update it to the current version of global tables first, or look closely at the plan: most items may differ by them alone.',
    );
  }
  if (description.replicaRegions.length === 0) {
    return undefined;
  }
  return warning(
    `${description.table} is a global table: what is written back reaches ${description.replicaRegions.join(', ')} too.`,
    'Restore it in one region only, and watch for writes that come in from the others.',
  );
}
