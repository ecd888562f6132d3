import { deleteRestoreTable } from '../delete-restore-table.ts';
import type { Step } from '../step.ts';

/** Deletes the restore tables. A table that cannot be deleted is named and left for later: the restore succeeded. */
export const cleanUp: Step = {
  phase: 'CLEANUP',
  async run({ run, aws, environment, record }) {
    const left = run().tables.filter((table) => table.restoreAccepted && !table.restoreTableDeleted);
    const liveTables = environment.tables.map((ref) => ref.table);
    await Promise.all(
      left.map(async ({ label }) => deleteRestoreTable({ tables: aws.tables, run: run(), label, liveTables, record })),
    );
  },
};
