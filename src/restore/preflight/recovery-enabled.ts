import type { Check } from './check.ts';
import { failed, passed } from './check.ts';

export const recoveryEnabled: Check = {
  name: 'point-in-time-recovery',
  after: ['table-exists'],
  async look({ ref, window }) {
    if ((await window()).enabled) {
      return passed(`Point-in-time recovery is on for ${ref.table}.`);
    }
    return failed(
      `Point-in-time recovery is off for ${ref.table}.`,
      `It cannot be restored to a time at which it was off. Turn it on for the future: aws dynamodb update-continuous-backups --table-name ${ref.table} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`,
    );
  },
};
