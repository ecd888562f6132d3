import { adviceForAttention } from './attention.ts';
import { consumedSince, costsSince } from './consumption.ts';
import { leftByDrill } from './drill.ts';
import { eachTable } from './each-table.ts';
import type { ErrorCode } from './errors.ts';
import { asUserError, tellBug, type UserError } from './errors.ts';
import type { RunEvent } from './events.ts';
import { lowerFences } from './fence/lower.ts';
import { adviceForWritten, stateOfLiveTables } from './live-tables.ts';
import { rollBack } from './roll-back.ts';
import type { Run } from './run.ts';
import { restoreTablesOf } from './run.ts';
import { inPhase } from './run-steps.ts';
import type { StepContext } from './step.ts';
import { tableOf } from './step.ts';

/** The event that ends a run early, with everything a person needs to know about what is left. */
export function endedEarly(
  run: Run,
  error: UserError,
  durationMs: number,
): RunEvent & { readonly type: 'failed' | 'cancelled' } {
  const { code, message } = error;
  const rest = run.request.drill === true ? leftByDrill(run) : adviceForWritten(run);
  const hint = [error.hint, stateOfLiveTables(run), rest].filter((sentence) => sentence !== '').join(' ');
  const details = { durationMs, code, message, hint, phase: run.phase, restoreTablesKept: restoreTablesOf(run) };
  return code === 'CANCELLED' ? { type: 'cancelled', ...details } : { type: 'failed', ...details };
}

/**
 * Failures after which the live tables are left as they are: everything was written back, and only the application's own
 * writes differ; or it was put back already.
 */
const leftAsItIs: readonly ErrorCode[] = ['VERIFY'];

/** Whether a swap that cannot be finished is put back: unless nothing was written, or the request says not to. */
export function shouldPutBack(run: Run, failure: UserError): boolean {
  if (run.rollback !== undefined) return false;
  // Compared after the last write and found the same: trouble after that is no reason to undo it, only a person's word is.
  if (run.phases.VERIFY_DATA.status === 'complete' && failure.code !== 'CANCELLED') return false;
  const touched = run.tables.some((table) => table.swap !== 'pending');
  return touched && run.request.options.rollback && !leftAsItIs.includes(failure.code);
}

/**
 * Puts back what the swap wrote, table by table, and ends the run as ROLLED_BACK; as NEEDS_ATTENTION when even that
 * cannot be done. Its cause was written down before.
 * @throws what stops it: a shutdown, a lost lock. It goes on from there when it is resumed.
 */
export async function putBack(context: StepContext, soFar: () => number): Promise<void> {
  const cause = context.run().rollback;
  if (cause === undefined) throw new Error('Putting back has a cause');
  try {
    await inPhase('ROLL_BACK', context, () => eachTable(context, putTableBack));
  } catch (error) {
    const failure = asUserError(error);
    tellBug(error, context.onBug);
    if (failure.code === 'INTERRUPTED' || failure.code === 'LOCK_LOST') throw error;
    await lowerFences(context);
    const costs = costsSince(context);
    context.record(
      { ...needsAttention(context.run(), failure), durationMs: soFar(), ...costs },
      { type: 'lock-released' },
    );
    return;
  }
  await lowerFences(context);
  const run = context.run();
  context.record(
    {
      type: 'rolled-back',
      durationMs: soFar(),
      ...cause,
      hint: `${cause.hint} ${whatWasPutBack(run)}`.trim(),
      restoreTablesKept: restoreTablesOf(run),
      ...costsSince(context),
    },
    { type: 'lock-released' },
  );
}

async function putTableBack(context: StepContext, label: string): Promise<void> {
  const { swap, rolledBack } = tableOf(context.run(), label);
  if (swap === 'pending' || rolledBack !== undefined) return;
  context.record({
    type: 'table-rolled-back',
    label,
    ...(await rollBack(context, label)),
    consumed: consumedSince(context, label),
  });
}

function whatWasPutBack(run: Run): string {
  const changed = run.tables.reduce((sum, table) => sum + (table.rolledBack?.changedSince ?? 0), 0);
  const rest = changed === 0 ? '' : ` ${changed} items were changed by the application since, and are as it left them.`;
  return `The live tables are what they were before the swap.${rest}`;
}

function needsAttention(run: Run, failure: UserError) {
  return {
    type: 'needs-attention' as const,
    code: failure.code,
    message: `${run.rollback?.message ?? ''} Putting it back failed, too: ${failure.message}`.trim(),
    hint: `${failure.hint} ${adviceForAttention(run)}`,
    phase: run.phase,
    restoreTablesKept: restoreTablesOf(run),
  };
}
