import { displayName } from '../restore/environment.ts';
import type { StoredEvent } from '../restore/events.ts';
import type { OnConflict } from '../restore/request.ts';
import type { Run, TableRun } from '../restore/run.ts';
import type { UndoCommand } from './arguments.ts';
import { begin } from './carry-out.ts';
import { withParts } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { personHere } from './this-shell.ts';

/** `undo <id>`: puts back what a restore overwrote, at once. 0 only when all of it is back. */
export async function undo(command: UndoCommand, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async (parts, config) => {
    const { restores, log } = parts;
    const origin = { kind: 'shell', workingDirectory: process.cwd() } as const;
    const { id } = restores.undo(command.runId, personHere(), command.reason, origin);
    const undone = restores.run(command.runId);
    if (undone !== undefined && !command.json) terminal.stdout.write(undoText(undone, log.ofRun(undone.id)));
    const ended = await begin(id, { parts, config, terminal, telling: command });
    return ended.state === 'COMPLETED' ? 0 : 1;
  });
}

/** What an undo is about to put back, as the record of the run has it. Pure. */
export function undoText(undone: Run, rows: readonly StoredEvent[]): string {
  const written = undone.tables.filter((table) => table.swap !== 'pending');
  return [
    `Undo of ${undone.id} in ${undone.request.environment}: each item that it wrote goes back to what it was before,`,
    'but for those that were changed since. It wrote:',
    ...written.map((table) => `  ${displayName(table)}: ${whatOf(undone, table, rows)}`),
    '',
  ].join('\n');
}

/** Only of a swap that came to its end, and of rounds of its verification that did, the record has counts. */
function whatOf(
  { rollback, failure, request }: Run,
  { label, swap, rolledBack }: TableRun,
  rows: readonly StoredEvent[],
): string {
  const { put, deleted, kept } = writtenTo(label, rows, request.options.onConflict);
  const items = put === 1 ? 'item' : 'items';
  const left = kept === 0 ? '' : `, but for ${kept} that it left as the application wrote them`;
  if (rollback !== undefined || rolledBack !== undefined) return 'what it did not put back itself';
  if (swap === 'in_progress') return `a part of ${put} ${items} to put and ${deleted} to delete`;
  const least = failure?.phase === 'VERIFY_DATA' ? 'at least ' : '';
  return `${least}${put} ${items} put, ${deleted} deleted${left}`;
}

/** Each round of the verification but the last one was written back, too, unless what the application writes is kept. */
function writtenTo(label: string, rows: readonly StoredEvent[], onConflict: OnConflict) {
  const rounds: { readonly put: number; readonly delete: number }[] = [];
  let written = { put: 0, delete: 0 };
  let kept = 0;
  for (const { event } of rows) {
    if (event.type === 'swap-started' && event.label === label) written = event;
    if (event.type === 'swap-finished' && event.label === label) kept = event.kept;
    if (event.type === 'table-verified' && event.label === label) rounds.push(event);
  }
  const all = [written, ...(onConflict === 'overwrite' ? rounds.slice(0, -1) : [])];
  return {
    put: all.reduce((sum, one) => sum + one.put, 0),
    deleted: all.reduce((sum, one) => sum + one.delete, 0),
    kept,
  };
}
