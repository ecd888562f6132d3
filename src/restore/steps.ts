import type { RestoreRequest } from './request.ts';
import type { Step } from './step.ts';
import { awaitActive } from './steps/await-active.ts';
import { cleanUp } from './steps/clean-up.ts';
import { confirmPlan } from './steps/confirm-plan.ts';
import { initiateRestore } from './steps/initiate-restore.ts';
import { preflight } from './steps/preflight.ts';
import { swapData } from './steps/swap-data.ts';
import { collectUndo, putBackUndo, verifyUndo } from './steps/undo.ts';
import { verifyCounts } from './steps/verify-counts.ts';
import { verifyData } from './steps/verify-data.ts';

/** The story of a restore, between taking the lock and giving it back. */
const restoreSteps: readonly Step[] = [
  preflight,
  initiateRestore,
  awaitActive,
  verifyCounts,
  confirmPlan,
  swapData,
  verifyData,
  cleanUp,
];

/** The story of an undo: nothing to ask AWS for, the journal has it all. */
const undoSteps: readonly Step[] = [collectUndo, putBackUndo, verifyUndo];

export function stepsFor({ undoOf }: RestoreRequest): readonly Step[] {
  return undoOf === undefined ? restoreSteps : undoSteps;
}
