/** What undoing a restore would put back, before it is asked for. */
import type { ModalView } from '@slack/types';
import { z } from 'zod';
import type { Environment } from '../../restore/environment.ts';
import type { Instant } from '../../restore/restore-point.ts';
import type { Run, TableRun } from '../../restore/run.ts';
import { count, counted, duration, utc } from '../measures.ts';
import { facts, lineSections } from '../messages/blocks.ts';
import { actor, bothTimes, code, escaped } from '../mrkdwn.ts';
import { nextStep } from './approving.ts';
import { alertBlocks, callbackIds, modal, reasonInput } from './modal.ts';

const schema = z.object({ runId: z.string(), channelId: z.string() });

/** What the modal carries. A hint only: the client can change it, so all of it is checked again. */
export type WantedUndo = Readonly<z.infer<typeof schema>>;

/** undefined: not something we wrote. */
export function readWantedUndo(metadata: string): WantedUndo | undefined {
  try {
    const result = schema.safeParse(JSON.parse(metadata));
    return result.success ? result.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function undoView(order: {
  readonly run: Run;
  readonly environment: Environment;
  /** What a person should read before asking. */
  readonly warnings: readonly string[];
  readonly until: Instant;
  readonly now: Instant;
  readonly askedBy: string;
  readonly channelId: string;
}): ModalView {
  const { run, environment, warnings, until, now, askedBy, channelId } = order;
  const { request, endedAt } = run;
  const wanted: WantedUndo = { runId: run.id, channelId };
  const did =
    request.undoOf === undefined
      ? `put ${code(environment.name)} back to ${utc(request.restorePoint)}`
      : `undid ${code(request.undoOf)} in ${code(environment.name)}`;
  return modal({
    title: 'Undo this restore?',
    submit: environment.approvals === 0 ? 'Undo' : 'Ask for approval',
    close: 'Cancel',
    callbackId: callbackIds.undo,
    metadata: JSON.stringify(wanted),
    blocks: [
      facts([
        ['Undoes', `${code(run.id)}, which ${did}`],
        ['Asked by', actor(request.requestedBy)],
        ...(endedAt === undefined ? [] : [['Ended', bothTimes(endedAt)] as const]),
        ['Possible', `until ${bothTimes(until)}, for another ${duration(until - now)}`],
      ]),
      ...lineSections(['*What it would put back:*', ...run.tables.map(lineFor)], 9000),
      ...warnings.flatMap((warning) => alertBlocks('warning', warning)),
      nextStep(environment, askedBy, effect),
      reasonInput(environment.reasonRequired),
    ],
  });
}

const effect =
  'Every item it wrote or deleted gets back what was there before. Items that somebody changed since are not touched; how many those are is reported.';

function lineFor({ label, table, swap, comparison, rewritten, rolledBack }: TableRun): string {
  const name = label === table ? code(label) : `${code(label)} (${escaped(table)})`;
  if (swap === 'pending') return `• ${name}: nothing, it was not written to`;
  if (rolledBack !== undefined) return `• ${name}: what it wrote and did not put back itself`;
  // An undo compares nothing: its journal alone has the counts.
  if (comparison === undefined) return `• ${name}: what it wrote`;
  if (swap === 'in_progress')
    return `• ${name}: what it wrote of ${counted(comparison.put, 'item')} to put and ${count(comparison.delete)} to delete`;
  const put = comparison.put + (rewritten?.put ?? 0);
  return `• ${name}: ${counted(put, 'item')} it put and ${count(comparison.delete + (rewritten?.delete ?? 0))} it deleted`;
}
