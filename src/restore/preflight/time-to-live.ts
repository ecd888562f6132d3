import type { TableDescription } from '../ports.ts';
import type { Check, Finding } from './check.ts';
import { passed, warning } from './check.ts';

export const timeToLive: Check = {
  name: 'time-to-live',
  after: ['table-exists'],
  isFor: ({ drill }) => drill !== true,
  async look({ ref, description }) {
    return timeToLiveWarning(await description()) ?? passed(`${ref.table} has no time to live.`);
  },
};

export function timeToLiveWarning(description: TableDescription | undefined): Finding | undefined {
  if (description?.timeToLiveAttribute === undefined) {
    return undefined;
  }
  return warning(
    `${description.table} has a time to live: restored items that have expired meanwhile will be deleted again by AWS.`,
    `To keep them, turn it off first, or change their "${description.timeToLiveAttribute}" soon after the restore.`,
  );
}
