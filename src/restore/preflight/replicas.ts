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
  if (description === undefined || description.replicaRegions.length === 0) {
    return undefined;
  }
  return warning(
    `${description.table} is a global table: what is written back reaches ${description.replicaRegions.join(', ')} too.`,
    'Restore it in one region only, and watch for writes that come in from the others.',
  );
}
