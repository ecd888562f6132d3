import { displayName } from '../restore/environment.ts';
import type { StoredEvent } from '../restore/events.ts';
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
function whatOf({ rollback, failure }: Run, table: TableRun, rows: readonly StoredEvent[]): string {
  const { label, swap, rewritten, conflicts, rolledBack } = table;
  if (rollback !== undefined || rolledBack !== undefined) return 'what it did not put back itself';
  const started = startedWith(label, rows);
  const put = started.put + (rewritten?.put ?? 0);
  const deleted = started.delete + (rewritten?.delete ?? 0);
  const items = put === 1 ? 'item' : 'items';
  if (swap === 'in_progress') return `a part of ${put} ${items} to put and ${deleted} to delete`;
  const kept = conflicts?.kept ?? 0;
  const left = kept === 0 ? '' : `, but for ${kept} that it left as the application wrote them`;
  const least = failure?.phase === 'VERIFY_DATA' ? 'at least ' : '';
  return `${least}${put} ${items} put, ${deleted} deleted${left}`;
}

/** What its swap was to write. An undo, which compares nothing, has no other record of it until it is complete. */
function startedWith(label: string, rows: readonly StoredEvent[]): { readonly put: number; readonly delete: number } {
  for (const { event } of rows) if (event.type === 'swap-started' && event.label === label) return event;
  return { put: 0, delete: 0 };
}
