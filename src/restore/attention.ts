import { unfinishedKeptDays } from './journal-kept.ts';
import type { Run } from './run.ts';

/** What a person has to know and type when a run is neither finished nor put back: each table's state, and the commands. */
export function adviceForAttention(run: Pick<Run, 'id' | 'request' | 'tables'>): string {
  const states = run.tables.map((table) => `${table.table}: ${stateOf(table)}`);
  return `State: ${states.join('; ')}. Mend the cause, then ${waysOut(run)} ${keptSentence}`;
}

/** Until when a run that ended halfway can still be put back. */
export const keptSentence = `What was overwritten stays in the journal for ${unfinishedKeptDays} days.`;

function stateOf({ swap, rolledBack }: Run['tables'][number]): string {
  if (rolledBack !== undefined) return 'put back';
  switch (swap) {
    case 'pending':
      return 'not touched';
    case 'in_progress':
      return 'partly written';
    case 'complete':
      return 'written in full';
  }
}

function waysOut({ id, request: { undoOf } }: Pick<Run, 'id' | 'request'>): string {
  return undoOf === undefined
    ? `put back what was written with \`undo ${id}\`, or finish it with a new restore to the same point.`
    : `finish it with \`undo ${undoOf}\`, or take back what this undo wrote with \`undo ${id}\`.`;
}
