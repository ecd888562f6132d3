import type { Check } from './check.ts';
import { passed, warning } from './check.ts';

export const timeToLive: Check = {
  name: 'time-to-live',
  after: ['table-exists'],
  async look({ ref, description }) {
    const attribute = (await description())?.timeToLiveAttribute;
    if (attribute === undefined) {
      return passed(`${ref.table} has no time to live.`);
    }
    return warning(
      `${ref.table} has a time to live: restored items that have expired meanwhile will be deleted again by AWS.`,
      `To keep them, turn it off first, or change their "${attribute}" soon after the restore.`,
    );
  },
};
