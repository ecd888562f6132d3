import type { TableDescription } from '../ports.ts';
import type { Check, Finding } from './check.ts';
import { passed, warning } from './check.ts';

export const streamConsumers: Check = {
  name: 'stream',
  after: ['table-exists'],
  isFor: ({ drill }) => drill !== true,
  async look({ ref, description }) {
    return streamWarning(await description()) ?? passed(`${ref.table} has no stream.`);
  },
};

export function streamWarning(description: TableDescription | undefined): Finding | undefined {
  if (description?.streamEnabled !== true) {
    return undefined;
  }
  return warning(
    `${description.table} has a stream: its consumers will see every item that is written back or deleted.`,
    'Make sure that they may, or pause them until the restore is done.',
  );
}
