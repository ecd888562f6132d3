import { describe, expect, test } from 'vitest';
import { run, start } from '../cli/program.ts';
import { openState, restoreCommand } from '../support/crash-chaos.ts';
import { restoreTables } from '../support/crash-invariants.ts';
import type { When } from '../support/crash-life.ts';
import { at, Life } from '../support/crash-life.ts';
import { startWire } from '../support/crash-wire.ts';
import { liveTables, startCrashWorld, variablesFor } from '../support/crash-world.ts';

/** A moment of each kind that changes the world: every call of a run is killed in `every-call.test.ts`. */
const moments: readonly (readonly [When, string])[] = [
  ['after', 'RestoreTableToPointInTime quotes-table'],
  ['delivered', 'Scan quotes-table-restore'],
  ['after', 'UpdateItem quotes-table'],
  ['delivered', 'DeleteItem quotes-table'],
  ['after', 'DeleteTable quotes-table-restore'],
];

describe('a real process, killed with SIGKILL and resumed by another one, leaves nothing behind', () => {
  test.for(moments)('%s %s', async ([when, name]) => {
    const world = await startCrashWorld({ clock: Date.now, restoreMs: 0 });
    try {
      await world.accident();
      const life = new Life(at({ name, turn: 1, when }));
      const wire = await startWire(world.aws.url, life);
      const variables = variablesFor(world, wire.url);
      const killed = start(restoreCommand(world), world.folder, variables);
      life.onEnd(() => killed.child.kill('SIGKILL'));
      expect(await killed.exit).toBeNull();
      await wire.close();
      const resumed = await run(['resume'], world.folder, variablesFor(world, world.aws.url));
      expect(resumed).toMatchObject({ code: 0, stderr: '' });
      expect(world.live()).toEqual(world.restored);
      expect(await restoreTables(world)).toEqual([]);
      for (const table of liveTables) expect(world.aws.requests.count('RestoreTableToPointInTime', table)).toBe(1);
      const state = openState(world);
      expect(state.log.open()).toEqual([]);
      state.close();
    } finally {
      await world.close();
    }
  });
});
