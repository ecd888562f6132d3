/** A drill: a restore that is only rehearsed. It shows that one would work, and how long it would take. */
import { deleteRestoreTable } from './delete-restore-table.ts';
import type { Environment } from './environment.ts';
import { UserError } from './errors.ts';
import type { Aws } from './ports.ts';
import type { Run } from './run.ts';
import { restoreTablesOf } from './run.ts';
import type { StepContext } from './step.ts';

/**
 * What a drill has in hand: AWS without any call that could change a live table, and a journal that keeps nothing, because
 * nothing will be overwritten. A step that tried all the same would be a bug, and ends the drill as one.
 */
export function rehearsing(context: StepContext): StepContext {
  const { journal } = context;
  return {
    ...context,
    aws: harmless(context.aws, context.environment),
    journal: {
      add: () => [],
      read: (...order) => journal.read(...order),
      mark: (...order) => journal.mark(...order),
      count: (...order) => journal.count(...order),
      dropPending: (...order) => journal.dropPending(...order),
    },
  };
}

function harmless({ tables, items, fence }: Aws, environment: Environment): Aws {
  const refused = (what: string) => async () => {
    throw new Error(`A drill must not ${what}`);
  };
  return {
    tables: {
      describe: async (...order) => tables.describe(...order),
      recoveryWindow: async (...order) => tables.recoveryWindow(...order),
      timeToLive: async (...order) => tables.timeToLive(...order),
      restore: async (order) => tables.restore(order),
      async delete(table) {
        if (environment.tables.some((ref) => ref.table === table))
          throw new Error('A drill must not delete live tables');
        return tables.delete(table);
      },
    },
    items: {
      scan: (order) => items.scan(order),
      read: async (order) => items.read(order),
      write: refused('write items'),
      writeGuarded: refused('write items'),
    },
    fence: {
      exempt: fence.exempt,
      policy: async (...order) => fence.policy(...order),
      putPolicy: refused('change policies'),
      deletePolicy: refused('change policies'),
      probe: refused('try to write'),
    },
  };
}

/**
 * Deletes what a drill that ends early has had made: there is nothing in it that anybody needs. What AWS is still making
 * cannot be deleted, and is left to `cleanup`. A trouble here is not the one to report.
 */
export async function clearAway({ aws, environment, run, record }: StepContext): Promise<void> {
  const liveTables = environment.tables.map((ref) => ref.table);
  const left = restoreTablesOf(run());
  for (const { label, restoreTable } of run().tables) {
    if (restoreTable === undefined || !left.includes(restoreTable)) continue;
    try {
      const found = await aws.tables.describe(restoreTable);
      if (found === undefined || found.status === 'CREATING') continue;
      await deleteRestoreTable({ tables: aws.tables, run: run(), label, liveTables, record });
    } catch (error) {
      if (!(error instanceof UserError) || error.code === 'LOCK_LOST') throw error;
    }
  }
}

/** What a person should know about the tables that a drill leaves behind; empty: it leaves none. */
export function leftByDrill(run: Run): string {
  return restoreTablesOf(run).length === 0
    ? ''
    : 'What AWS is still making cannot be stopped: `cleanup` deletes it afterwards, and so does the bot within the hour.';
}
