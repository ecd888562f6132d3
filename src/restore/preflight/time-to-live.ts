import type { Check, Finding } from './check.ts';
import { passed, warning } from './check.ts';

export const timeToLive: Check = {
  name: 'time-to-live',
  after: ['table-exists'],
  isFor: ({ drill }) => drill !== true,
  async look({ ref, aws, signal }) {
    const attribute = await aws.tables.timeToLive(ref.table, signal);
    return timeToLiveWarning(ref.table, attribute) ?? passed(`${ref.table} has no time to live.`);
  },
};

export function timeToLiveWarning(table: string, attribute: string | undefined): Finding | undefined {
  if (attribute === undefined) {
    return undefined;
  }
  return warning(
    `${table} has a time to live: restored items that have expired meanwhile will be deleted again by AWS.`,
    `To keep them, turn it off first, or change their "${attribute}" soon after the restore.`,
  );
}
