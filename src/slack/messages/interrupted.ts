/** Who goes on with a run that nobody carries out at this moment, in mrkdwn. */
import type { Run } from '../../restore/run.ts';
import { commandName } from '../command.ts';
import { code } from '../mrkdwn.ts';

export function whoGoesOn({ id, origin, cancelRequested }: Run): string {
  const resume = `type ${code(`pitr-restore resume ${id}`)} in a shell`;
  return origin.kind === 'slack' || cancelRequested
    ? `Nobody carries it out at this moment; the bot goes on with it by itself, or ${resume}.`
    : `Nobody carries it out: ${resume}, or ${code(`${commandName} cancel ${id}`)} here, and what it wrote is put back.`;
}
