import type { RestoreRequest } from './request.ts';
import type { Step } from './step.ts';
import { awaitActive } from './steps/await-active.ts';
import { cleanUp } from './steps/clean-up.ts';
import { confirmPlan } from './steps/confirm-plan.ts';
import { initiateRestore } from './steps/initiate-restore.ts';
import { lowerFence } from './steps/lower-fence.ts';
import { preflight } from './steps/preflight.ts';
import { raiseFence } from './steps/raise-fence.ts';
import { swapData } from './steps/swap-data.ts';
import { collectUndo, putBackUndo, verifyUndo } from './steps/undo.ts';
import { verifyCounts } from './steps/verify-counts.ts';
import { verifyData } from './steps/verify-data.ts';

/** The story of a restore, between taking the lock and giving it back. */
const restoreSteps: readonly Step[] = [
  preflight,
  initiateRestore,
  raiseFence,
  awaitActive,
  verifyCounts,
  confirmPlan,
  swapData,
  verifyData,
  lowerFence,
  cleanUp,
];

/** The story of a drill: as far as a restore goes without touching anything, and what it had made is deleted. */
const drillSteps: readonly Step[] = [preflight, initiateRestore, awaitActive, verifyCounts, cleanUp];

/** The story of an undo: nothing to ask AWS for, the journal has it all. */
const undoSteps: readonly Step[] = [collectUndo, putBackUndo, verifyUndo];

/** Steps that a request without a fence does not have. */
const fenceSteps: readonly Step[] = [raiseFence, lowerFence];

export function stepsFor({ undoOf, drill, options }: RestoreRequest): readonly Step[] {
  if (undoOf !== undefined) return undoSteps;
  if (drill === true) return drillSteps;
  return options.fence === 'writes' ? restoreSteps : restoreSteps.filter((step) => !fenceSteps.includes(step));
}
