import type { Run } from './run.ts';

/** What a person has to know and type when a run is neither finished nor put back: each table's state, and the commands. */
export function adviceForAttention({ id, tables }: Pick<Run, 'id' | 'tables'>): string {
  const states = tables.map(({ table, swap, rolledBack }) => {
    if (rolledBack !== undefined) return `${table}: put back`;
    return `${table}: ${swap === 'pending' ? 'not touched' : 'partly written'}`;
  });
  return `State: ${states.join('; ')}. Mend the cause, then put back what was written with \`undo ${id}\`, or finish it with a new restore to the same point.`;
}
