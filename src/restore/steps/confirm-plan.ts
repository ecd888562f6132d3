import { UserError } from '../errors.ts';
import type { Run, TableRun } from '../run.ts';
import type { Step, StepContext } from '../step.ts';

/**
 * Asks before live tables are written, when the request wants that. In Slack the question stands in the thread; a shell
 * cannot be asked, so there the run stops with the requirement's message.
 */
export const confirmPlan: Step = {
  phase: 'CONFIRM_PLAN',
  async run(context) {
    const run = context.run();
    if (!asksForConfirmation(run)) return;
    if (run.origin.kind === 'shell') throw countsDiffer(run);
    // A run that was resumed may have been answered meanwhile, or is still being asked.
    if (run.plan === 'none') {
      context.record({ type: 'plan-shown', answerBy: context.clock.now() + context.pace.planAnswerMs });
    }
    await answered(context, context.run().planAnswerBy ?? context.clock.now());
    const { plan } = context.run();
    if (plan === 'confirmed') return;
    throw notConfirmed(plan === 'refused');
  },
};

/** Whether somebody has to say yes to this plan. Where nothing differs, there is nothing to say yes to. */
function asksForConfirmation(run: Run): boolean {
  const comparisons = run.tables.flatMap((table) => table.comparison ?? []);
  const differs = comparisons.some((comparison) => comparison.put + comparison.delete > 0);
  switch (run.request.options.planConfirmation) {
    case 'never':
      return false;
    case 'always':
      return differs;
    case 'when-counts-differ':
      return differs && run.tables.some(countDiffers);
  }
}

function countDiffers({ comparison }: TableRun): boolean {
  return comparison !== undefined && comparison.liveItems !== comparison.restoredItems;
}

/** Resolves when the plan was answered or the time for it is over. */
async function answered({ clock, log, run, signal }: StepContext, answerBy: number): Promise<void> {
  const waiting = new AbortController();
  const stopWatching = log.watch(() => {
    if (run().plan !== 'shown') waiting.abort();
  });
  try {
    if (run().plan === 'shown') {
      await clock.sleep(answerBy - clock.now(), AbortSignal.any([signal, waiting.signal]));
    }
  } catch (error) {
    if (!waiting.signal.aborted || signal.aborted) throw error;
  } finally {
    stopWatching();
  }
}

function countsDiffer(run: Run): UserError {
  const first = run.tables.find(countDiffers)?.comparison;
  const message =
    first === undefined
      ? 'The plan of this environment must be confirmed by a person, and a shell cannot be asked.'
      : `Item count mismatch detected. Original: ${first.liveItems}, Restore: ${first.restoredItems}`;
  return new UserError(
    'ITEM_COUNT_MISMATCH',
    message,
    'After an accident the counts always differ. To go on anyway: --accept-count-mismatch',
  );
}

function notConfirmed(refused: boolean): UserError {
  return new UserError(
    'PLAN_NOT_CONFIRMED',
    refused ? 'The plan was refused.' : 'Nobody confirmed the plan in time.',
    'Ask again when you want to go on.',
  );
}
