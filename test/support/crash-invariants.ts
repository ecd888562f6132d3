import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'vitest';
import type { Run } from '../../src/restore/run.ts';
import { restoreTablesOf } from '../../src/restore/run.ts';
import type { Program } from './crash-program.ts';
import type { CrashWorld } from './crash-world.ts';
import { liveTables } from './crash-world.ts';

/** What no kill may change, whatever it interrupted. `before`: the live tables before the first run. */
export async function expectNothingLost(world: CrashWorld, program: Program, before: CrashWorld['restored']) {
  const runs = program.log.recent(100);
  for (const run of runs) expectKnownOutcome(run);
  const last = runs.find((run) => run.state === 'COMPLETED' && run.tables.some(({ swap }) => swap !== 'pending'));
  expect(world.live()).toEqual(last === undefined || last.request.undoOf !== undefined ? before : world.restored);
  // The record may name a table too many, one that AWS never said a clear no to; it must not name one too few.
  const named = runs.flatMap(restoreTablesOf);
  expect((await restoreTables(world)).filter((table) => !named.includes(table))).toEqual([]);
  const taken = program.lock.take('whoever-comes-next');
  expect(taken.taken).toBe(true);
  program.lock.release(taken.holder.fencing);
  expect(program.audit.auditVerify()).toMatchObject({ intact: true });
  expect(program.bugs).toEqual([]);
}

function expectKnownOutcome({ state, failure }: Run): void {
  expect(['COMPLETED', 'ROLLED_BACK', 'FAILED', 'CANCELLED', 'APPROVED']).toContain(state);
  if (state !== 'COMPLETED' && state !== 'APPROVED') expect(failure?.hint).not.toBe('');
}

export async function restoreTables({ client }: CrashWorld): Promise<readonly string[]> {
  const { TableNames = [] } = await client.send(new ListTablesCommand({}));
  return TableNames.filter((name) => liveTables.every((table) => table !== name)).sort();
}
