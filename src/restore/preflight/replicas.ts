import type { Check } from './check.ts';
import { passed, warning } from './check.ts';

export const replicas: Check = {
  name: 'replicas',
  after: ['table-exists'],
  async look({ ref, description }) {
    const regions = (await description())?.replicaRegions ?? [];
    if (regions.length === 0) {
      return passed(`${ref.table} has no replicas.`);
    }
    return warning(
      `${ref.table} is a global table: what is written back reaches ${regions.join(', ')} too.`,
      'Restore it in one region only, and watch for writes that come in from the others.',
    );
  },
};
