import type { Step } from './step.ts';
import { awaitActive } from './steps/await-active.ts';
import { cleanUp } from './steps/clean-up.ts';
import { confirmPlan } from './steps/confirm-plan.ts';
import { initiateRestore } from './steps/initiate-restore.ts';
import { preflight } from './steps/preflight.ts';
import { swapData } from './steps/swap-data.ts';
import { verifyCounts } from './steps/verify-counts.ts';
import { verifyData } from './steps/verify-data.ts';

/** The story of a restore, between taking the lock and giving it back. */
export const steps: readonly Step[] = [
  preflight,
  initiateRestore,
  awaitActive,
  verifyCounts,
  confirmPlan,
  swapData,
  verifyData,
  cleanUp,
];
