import type { Tables } from '../restore/ports.ts';
import type { Account } from './call.ts';
import { deleteTable } from './delete-table.ts';
import { describeTable } from './describe-table.ts';
import { pace } from './pace.ts';
import type { Timing } from './patience.ts';
import { readRecoveryWindow } from './recovery-window.ts';
import { restoreTable } from './restore-table.ts';
import { timeToLiveOf } from './time-to-live.ts';

// "You can call DescribeContinuousBackups at a maximum rate of 10 times per second" (API reference).
const betweenWindowReadsMs = 100;

/** The control plane of one account and region. */
export function tables(account: Account, timing: Timing): Tables {
  const aTurn = pace(betweenWindowReadsMs, timing);
  return {
    async describe(table, signal) {
      return describeTable(account, table, signal);
    },
    async recoveryWindow(table, signal) {
      await aTurn(signal);
      return readRecoveryWindow(account, table, signal);
    },
    async timeToLive(table, signal) {
      return timeToLiveOf(account, table, signal);
    },
    async restore(order) {
      return restoreTable(account, order);
    },
    async delete(table) {
      return deleteTable(account, table);
    },
  };
}
