/** The run that others have to wait for, in the same words wherever it is named: plain text that reads well as mrkdwn, too. */
import type { KnownBlock } from '@slack/types';
import { approvalsLeft, type InTheWay, whatItDoes } from '../../restore/in-the-way.ts';
import type { Run } from '../../restore/run.ts';
import { commandName } from '../command.ts';
import { code } from '../mrkdwn.ts';
import { section } from './blocks.ts';
import type { Surroundings } from './surroundings.ts';

/** `approvalsLeft`: that the one which comes second still needs. Only the last one starts it. */
export function onlyOneRuns(first: InTheWay, approvalsLeft: number): string {
  return `${first.run.id} ${whatItDoes(first)}. Only one restore runs at a time: ${whatHasToWait(approvalsLeft)}`;
}

/** The same, and who has to go on with it where nobody does. */
export function inTheWayCaution(first: InTheWay, approvalsLeft: number): string {
  return `${onlyOneRuns(first, approvalsLeft)}${whoHasToGoOn(first)}`;
}

/** In a message that is edited as things change. */
export function inTheWayLine(run: Run, { inTheWay }: Surroundings): readonly KnownBlock[] {
  if (inTheWay === undefined) return [];
  return [section(`:warning: ${inTheWayCaution(inTheWay, approvalsLeft(run))} When that is over, this line goes.`)];
}

/** Begins with a space; empty where somebody carries it out, or it has not begun. */
export function whoHasToGoOn({ run, isInterrupted }: InTheWay): string {
  return isInterrupted ? ` ${whoGoesOn(run)}` : '';
}

/** Who goes on with a run that nobody carries out at this moment. */
export function whoGoesOn({ id, origin, cancelRequested }: Run): string {
  const resume = `type ${code(`pitr-restore resume ${id}`)} in a shell`;
  return origin.kind === 'slack' || cancelRequested
    ? `Nobody carries it out at this moment; the bot goes on with it by itself, or ${resume}.`
    : `Nobody carries it out: ${resume}, or ${code(`${commandName} cancel ${id}`)} here, and what it wrote is put back.`;
}

function whatHasToWait(approvalsLeft: number): string {
  if (approvalsLeft === 0)
    return 'one that is started before that is over fails at once, and has to be asked for anew.';
  return approvalsLeft === 1
    ? 'this one cannot be approved before that is over.'
    : 'the last approval of this one cannot be given before that is over; those before it count.';
}
