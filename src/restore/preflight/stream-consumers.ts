import type { Check } from './check.ts';
import { passed, warning } from './check.ts';

export const streamConsumers: Check = {
  name: 'stream',
  after: ['table-exists'],
  async look({ ref, description }) {
    if ((await description())?.streamEnabled !== true) {
      return passed(`${ref.table} has no stream.`);
    }
    return warning(
      `${ref.table} has a stream: its consumers will see every item that is written back or deleted.`,
      'Make sure that they may, or pause them until the restore is done.',
    );
  },
};
