/** What the thread says about single tables: only what is out of the ordinary, the rest is in the counts. mrkdwn. */
import type { FenceEvent, RunEvent } from '../../restore/events.ts';
import {
  fenceLeftSentence,
  fenceLoweredSentence,
  fenceProvenSentence,
  fenceRaisedSentence,
} from '../../restore/fence/sentences.ts';
import type { Run } from '../../restore/run.ts';
import { count, counted } from '../measures.ts';
import { bothTimes, code, escaped, listed } from '../mrkdwn.ts';

export type TableNews = Extract<
  RunEvent,
  {
    readonly type:
      | 'table-restore-refused'
      | 'table-delete-failed'
      | 'table-rolled-back'
      | 'table-verified'
      | 'swap-finished';
  }
>;

/** undefined: nothing to say. */
export function tableNews(event: TableNews, run: Run): string | undefined {
  switch (event.type) {
    case 'table-restore-refused':
      return `:x: AWS refused to restore ${code(event.label)}: ${escaped(event.message)}`;
    case 'table-delete-failed':
      return `:warning: The restore table ${code(event.restoreTable)} could not be deleted: ${escaped(event.reason)}`;
    case 'table-rolled-back':
      return event.changedSince === 0
        ? undefined
        : `:warning: ${code(event.label)}: ${counted(event.changedSince, 'item')} changed since by somebody else and not touched.`;
    case 'table-verified':
      return foundAgain(event, run);
    case 'swap-finished':
      return run.request.undoOf === undefined ? conflicts(event) : putBack(event);
  }
}

type Swap = RunEvent & { readonly type: 'swap-finished' };

function conflicts({ label, overwritten, kept }: Swap): string | undefined {
  if (overwritten + kept === 0) return undefined;
  const parts = [
    ...(overwritten === 0 ? [] : [`${count(overwritten)} put back all the same, after journalling`]),
    ...(kept === 0 ? [] : [`${count(kept)} kept as they are now`]),
  ];
  return `:information_source: ${code(label)}: the application changed ${counted(overwritten + kept, 'item')} meanwhile: ${parts.join(', ')}.`;
}

/** What others wrote after our write; the images of what is written over go into the journal before. */
function foundAgain(
  { label, round, put, delete: deleted }: RunEvent & { readonly type: 'table-verified' },
  { request }: Run,
): string | undefined {
  if (put + deleted === 0) return undefined;
  const found = `:information_source: ${code(label)}, verification round ${round}: ${counted(put + deleted, 'item')} written meanwhile`;
  return request.options.onConflict === 'overwrite'
    ? `${found}: ${count(put)} to put back again, ${count(deleted)} to delete again, after journalling.`
    : `${found}, and kept as written.`;
}

/** Of an undo: what somebody changed since the restore is kept, whatever the restore did about such items. */
function putBack({ label, put, delete: deleted, kept }: Swap): string {
  const spared = kept === 0 ? '' : ` :warning: ${count(kept)} of these changed since by somebody else and not touched.`;
  return `:leftwards_arrow_with_hook: ${code(label)}: ${counted(put, 'item')} to put back as before, ${count(deleted)} to delete again.${spared}`;
}

export function fenceNews(event: FenceEvent, run: Run): string | undefined {
  const { table = event.label, fence } = run.tables.find(({ label }) => label === event.label) ?? {};
  switch (event.type) {
    case 'fence-raised':
      return fence === undefined ? undefined : `:construction: ${fenceRaisedSentence(code(table), fence, bothTimes)}`;
    case 'fence-lowered':
      return `:construction: ${fenceLoweredSentence(code(table), event.how)}`;
    case 'fence-left': {
      const left = { reason: escaped(event.reason), command: code(event.command), opensAt: event.opensAt };
      return `:warning: ${fenceLeftSentence(code(table), left, bothTimes)}`;
    }
    case 'fence-raising':
    case 'fence-proven':
    case 'fence-lowering':
      return undefined;
  }
}

/** All fences at once, when the phase is over. undefined: none holds. */
export function fencesClosed(run: Run): string | undefined {
  const closed = run.tables.filter(({ fence }) => fence?.state === 'proven').map(({ table }) => code(table));
  return closed.length === 0 ? undefined : `:no_entry_sign: ${fenceProvenSentence(listed(closed, 2000))}`;
}
