/** The last word on a run: in the thread and in the channel. */
import type { Instant } from '../../restore/restore-point.ts';
import type { Run, RunState } from '../../restore/run.ts';
import { mention } from '../mrkdwn.ts';
import { type Message, message, section } from './blocks.ts';
import { outcomeBlocks, outcomeText, undoBlocks } from './outcome.ts';
import { stamp } from './request.ts';
import type { Surroundings } from './surroundings.ts';

/** How it ended, with Undo while that is possible. */
export function lastWord(run: Run, surroundings: Surroundings, at: Instant): Message {
  const call = callFor(run, surroundings);
  return message(`${call}${call === '' ? '' : ' '}${outcomeText(run)}`, [
    ...(call === '' ? [] : [section(call)]),
    ...outcomeBlocks(run, surroundings),
    ...undoBlocks(run, surroundings),
    stamp(run, at),
  ]);
}

/** Who has to know at once. The message stands in the thread and in the channel, and is edited silently: they are called once. */
function callFor(run: Run, { environment }: Surroundings): string {
  const alert = environment?.alert ?? [];
  // Where a person said stop, and the tables are as they were before, nobody has to be woken.
  const isStopped = run.plan === 'refused' || (run.state === 'ROLLED_BACK' && run.failure?.code === 'CANCELLED');
  if (alert.length === 0 || isStopped || !callsSomebody.has(run.state)) return '';
  return `:rotating_light: ${alert.map(mention).join(' ')}`;
}

const callsSomebody: ReadonlySet<RunState> = new Set(['FAILED', 'ROLLED_BACK', 'NEEDS_ATTENTION']);
