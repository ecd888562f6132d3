import { displayName } from '../environment.ts';
import { checkWindow } from '../restore-point/window.ts';
import type { Check } from './check.ts';
import { failed, passed } from './check.ts';

export const restorePointInWindow: Check = {
  name: 'restore-point',
  after: ['table-exists', 'point-in-time-recovery'],
  async look({ ref, request, now, window }) {
    const bounds = await window();
    if (!bounds.enabled) {
      return failed(`${ref.table} has no restorable window any more.`, 'Point-in-time recovery was just turned off.');
    }
    const refusal = checkWindow(
      request.restorePoint,
      { earliest: bounds.earliest, latest: bounds.latest, label: displayName(ref) },
      now,
      request.timeZone,
    );
    return refusal === undefined
      ? passed(`${ref.table} can be restored to that second.`)
      : failed(refusal.message, refusal.hint);
  },
};
