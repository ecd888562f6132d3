import { describeExisting } from './describe-existing.ts';
import type { KeySchema } from './item.ts';
import type { EventLog } from './ports.ts';
import type { Run } from './run.ts';
import type { StepContext } from './step.ts';
import { tableOf } from './step.ts';

/**
 * The key of a live table, which never changes: as the run wrote it down before it asked for the restore, and as an undo
 * finds it in the run that it undoes. So what was written can be put back also while AWS's control plane is away. Runs of
 * older versions have not written it down: then AWS is asked.
 * @throws UserError TABLE_NOT_FOUND, and what `describe` throws
 */
export async function keySchemaOf({ aws, log, run, signal }: StepContext, label: string): Promise<KeySchema> {
  const recorded = recordedIn(log, run(), label);
  if (recorded !== undefined) return recorded;
  return (await describeExisting(aws, tableOf(run(), label).table, signal)).keySchema;
}

function recordedIn(log: EventLog, { request, tables }: Run, label: string): KeySchema | undefined {
  const recorded = tables.find((table) => table.label === label)?.keySchema;
  if (recorded !== undefined || request.undoOf === undefined) return recorded;
  const undone = log.run(request.undoOf);
  return undone === undefined ? undefined : recordedIn(log, undone, label);
}
