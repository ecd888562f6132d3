import { elapsed } from './elapsed.ts';
import type { Phase } from './events.ts';
import type { Step, StepContext } from './step.ts';

/** Carries out the steps in order; between two of them is a safe point. */
export async function runSteps(steps: readonly Step[], context: StepContext): Promise<void> {
  for (const step of steps) {
    context.signal.throwIfAborted();
    // Done before the run was resumed.
    if (context.run().phases[step.phase].status === 'complete') continue;
    await inPhase(step.phase, context, () => step.run(context));
  }
}

/** Brackets an act with its phase's events. A phase that throws has no end: the failure names it. */
export async function inPhase(
  phase: Phase,
  { clock, record }: Pick<StepContext, 'clock' | 'record'>,
  act: () => Promise<void>,
): Promise<void> {
  const startedAt = clock.now();
  record({ type: 'phase-started', phase });
  await act();
  record({ type: 'phase-finished', phase, durationMs: elapsed(clock, startedAt) });
}
