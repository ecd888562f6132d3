import { describe, expect, test } from 'vitest';
import { costOf, costSentence, expectedCost } from '../../src/restore/cost.ts';
import type { Phase } from '../../src/restore/events.ts';
import { restoreTableName } from '../../src/restore/restore-table-name.ts';
import type { Run } from '../../src/restore/run.ts';
import { stampOf } from '../../src/restore/run-id.ts';
import { restoreTables } from '../support/crash-invariants.ts';
import { at, Life } from '../support/crash-life.ts';
import type { Program } from '../support/crash-program.ts';
import { startProgram } from '../support/crash-program.ts';
import { askForRestore, inAWorld } from '../support/crash-restore.ts';
import type { CrashWorld } from '../support/crash-world.ts';
import { quote, quotes, votes } from '../support/crash-world.ts';
import { alice } from '../support/requests.ts';

type Scene = {
  readonly world: CrashWorld;
  readonly program: Program;
  readonly runId: string;
  readonly restoreTable: string;
};

/** A restore in a world that something is wrong with, and what is left of it. */
async function inTrouble(
  trouble: (scene: Scene) => void,
  check: (run: Run, scene: Scene & { readonly before: unknown }) => unknown,
): Promise<void> {
  await inAWorld(async (world, clock) => {
    const before = world.live();
    const program = await startProgram(world, clock, 1, new Life());
    const runId = await askForRestore(program, world);
    const scene = { world, program, runId, restoreTable: restoreTableOf(runId) };
    trouble(scene);
    const run = await program.restores.execute(runId);
    world.aws.faults.clear();
    expect(program.bugs).toEqual([]);
    await check(run, { ...scene, before });
    await program.close();
  });
}

function restoreTableOf(runId: string): string {
  const { requestedAt, nth } = stampOf(runId);
  return restoreTableName(quotes, requestedAt, nth);
}

/** Does something once, as soon as the run is in this phase. */
function onPhase({ program, runId }: Scene, phase: Phase, act: () => void): void {
  const stop = program.log.watch(() => {
    if (program.log.run(runId)?.phase !== phase) return;
    stop();
    act();
  });
}

const brokenServer = { kind: 'error', name: 'InternalServerError', operation: 'DescribeTable' } as const;

describe('trouble of the control plane', () => {
  test.for(['PREFLIGHT', 'VERIFY_COUNTS', 'SWAP_DATA', 'VERIFY_DATA'] as const)(
    'for more than the few tries of the SDK, in %s, stops nothing',
    async (phase) => {
      await inTrouble(
        (scene) => onPhase(scene, phase, () => scene.world.aws.faults.add({ ...brokenServer, count: 10 })),
        (run, { world }) => {
          expect(run.failure?.message).toBeUndefined();
          expect(run.state).toBe('COMPLETED');
          expect(world.live()).toEqual(world.restored);
        },
      );
    },
  );

  test('with the time to live of a table is none of a restore’s', async () => {
    await inTrouble(
      ({ world }) => world.aws.faults.add({ ...brokenServer, operation: 'DescribeTimeToLive', count: 'all' }),
      ({ state }) => expect(state).toBe('COMPLETED'),
    );
  });

  test('does not keep a swap from being put back: it asks nothing of it', async () => {
    await inTrouble(
      (scene) => {
        const { faults } = scene.world.aws;
        faults.add({ kind: 'access-denied', operation: 'UpdateItem', nth: 2 });
        onPhase(scene, 'ROLL_BACK', () => faults.add({ ...brokenServer, count: 'all' }));
      },
      (run, { world, before }) => {
        expect(run.failure?.message).toMatch(
          /^Failed to swap data for [^.]+: AWS denied dynamodb:UpdateItem on \S+\.$/,
        );
        expect(run.state).toBe('ROLLED_BACK');
        expect(world.live()).toEqual(before);
      },
    );
  });

  test('that does not end ends the restore with AWS’s word, and a cancel does not wait for that', async () => {
    await inTrouble(
      (scene) =>
        onPhase(scene, 'VERIFY_COUNTS', () => {
          scene.world.aws.faults.add({ ...brokenServer, count: 'all' });
        }),
      (run) => expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'UNAVAILABLE', phase: 'VERIFY_COUNTS' } }),
    );
    await inTrouble(
      (scene) =>
        onPhase(scene, 'VERIFY_COUNTS', () => {
          scene.world.aws.faults.add({ ...brokenServer, count: 'all' });
          scene.program.restores.cancel(scene.runId, alice);
        }),
      (run) => expect(run).toMatchObject({ state: 'CANCELLED', failure: { phase: 'VERIFY_COUNTS' } }),
    );
  });

  test('is not what a clear no is: that ends the restore at once', async () => {
    await inTrouble(
      (scene) =>
        onPhase(scene, 'VERIFY_COUNTS', () => {
          scene.world.aws.faults.add({ kind: 'access-denied', operation: 'DescribeTable' });
        }),
      (run) => expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'ACCESS_DENIED' } }),
    );
  });
});

describe('a restore that AWS accepted', () => {
  const replyLost = { kind: 'lose-reply', operation: 'RestoreTableToPointInTime', table: quotes } as const;
  const notSeen = { kind: 'error', operation: 'DescribeTable', name: 'ResourceNotFoundException', count: 3 } as const;

  test('and whose reply was lost is found, also when its table is not to be seen at once', async () => {
    await inTrouble(
      ({ world, restoreTable }) => {
        world.aws.faults.add(replyLost);
        // The first look is that of the preflight.
        world.aws.faults.add({ ...notSeen, table: restoreTable, nth: 2 });
      },
      (run, { world }) => {
        expect(run.failure?.message).toBeUndefined();
        expect(run.state).toBe('COMPLETED');
        expect(world.live()).toEqual(world.restored);
      },
    );
  });

  test('is ours, too, when its table is ACTIVE before we look', async () => {
    await inTrouble(
      ({ world }) => {
        world.aws.faults.add({ ...replyLost, kind: 'restore-takes', ms: 0 });
        world.aws.faults.add(replyLost);
      },
      (run) => {
        expect(run.failure?.message).toBeUndefined();
        expect(run.state).toBe('COMPLETED');
      },
    );
  });

  test('before the program was killed is found by the next one, without a second call', async () => {
    await inAWorld(async (world, clock) => {
      const life = new Life(at({ name: `RestoreTableToPointInTime ${quotes}`, turn: 1, when: 'after' }));
      const first = await startProgram(world, clock, 1, life);
      const runId = await askForRestore(first, world);
      const killed = new Promise<void>((resolve) => {
        life.onEnd(resolve);
      });
      void first.restores.execute(runId).catch(() => undefined);
      await killed;
      const second = await startProgram(world, clock, 2, new Life());
      world.aws.faults.add({ ...notSeen, table: restoreTableOf(runId) });
      const run = await second.restores.resume(runId);
      expect(run.failure?.message).toBeUndefined();
      expect(run.state).toBe('COMPLETED');
      expect(world.aws.requests.count('RestoreTableToPointInTime', quotes)).toBe(1);
      await second.close();
      await first.close();
    });
  });

  test('may be unknown to the first who read its table', async () => {
    await inTrouble(
      ({ world, restoreTable }) =>
        world.aws.faults.add({
          kind: 'error',
          operation: 'Scan',
          table: restoreTable,
          name: 'ResourceNotFoundException',
          count: 3,
        }),
      (run, { world }) => {
        expect(run.failure?.message).toBeUndefined();
        expect(run.state).toBe('COMPLETED');
        expect(world.live()).toEqual(world.restored);
      },
    );
  });
});

test.for([
  { kind: 'error', name: 'ValidationException' },
  { kind: 'throttle', error: 'ThrottlingException' },
] as const)('a restore that AWS clearly refused ($kind) leaves no table on any list', async (refusal) => {
  await inTrouble(
    ({ world }) =>
      world.aws.faults.add({ ...refusal, operation: 'RestoreTableToPointInTime', table: quotes, count: 'all' }),
    async (run, { world, restoreTable }) => {
      expect(run).toMatchObject({ state: 'FAILED', failure: { phase: 'INITIATE_RESTORE' } });
      expect(run.failure?.restoreTablesKept).not.toContain(restoreTable);
      expect(run.failure?.restoreTablesKept).toEqual(await restoreTables(world));
    },
  );
});

describe('what a restore has used of AWS', () => {
  const writes = ({ aws }: CrashWorld) =>
    ['PutItem', 'UpdateItem', 'DeleteItem'].reduce((sum, operation) => sum + aws.requests.count(operation), 0);
  const writeUnits = ({ tables }: Run) => tables.reduce((sum, { consumed }) => sum + (consumed?.writeUnits ?? 0), 0);

  test('before a kill is told as the least that it can be', async () => {
    await inAWorld(async (world, clock) => {
      const life = new Life(at({ name: `UpdateItem ${votes}`, turn: 1, when: 'delivered' }));
      const first = await startProgram(world, clock, 1, life);
      const runId = await askForRestore(first, world);
      const killed = new Promise<void>((resolve) => {
        life.onEnd(resolve);
      });
      void first.restores.execute(runId).catch(() => undefined);
      await killed;
      const second = await startProgram(world, clock, 2, new Life());
      const run = await second.restores.resume(runId);
      expect(run).toMatchObject({ state: 'COMPLETED', isPartlyCounted: true });
      // Nine differences: six items to put and three to delete.
      expect(writeUnits(run)).toBeGreaterThanOrEqual(9);
      expect(costSentence(costOf(run) ?? expectedCost({ bytes: 0 }, ''))).toContain(': at least ');
      await second.close();
      await first.close();
    });
  });

  test('before a shutdown is not forgotten, and what was refused by its condition counts, too', async () => {
    await inAWorld(async (world, clock) => {
      const program = await startProgram(world, clock, 1, new Life());
      const runId = await askForRestore(program, world);
      const shutdown = new AbortController();
      const held = world.aws.hold('DeleteItem', { point: 'after' });
      void held.reached.then(async () => {
        await world.put(quotes, quote(3, 'written meanwhile'));
        shutdown.abort();
        held.release();
      });
      const paused = await program.restores.execute(runId, shutdown.signal);
      expect(paused.state).toBe('IN_PROGRESS');
      const run = await program.restores.resume(runId);
      expect(run.state).toBe('COMPLETED');
      expect(run.isPartlyCounted).toBeUndefined();
      // All but the one that this test has made.
      expect(writeUnits(run)).toBe(writes(world) - 1);
      await program.close();
    });
  });
});

test('an item that its table does not take today: the record has the table, the error and AWS’s request id, and no data', async () => {
  await inTrouble(
    ({ world }) =>
      world.aws.faults.add({
        kind: 'error',
        operation: 'UpdateItem',
        name: 'ValidationException',
        message: 'Type mismatch for Index Key text, Expected: N Actual: S, quote 3',
      }),
    (run, { program, world, before }) => {
      expect(run.state).toBe('ROLLED_BACK');
      expect(world.live()).toEqual(before);
      const told = JSON.stringify(program.log.ofRun(run.id));
      expect(told).toMatch(/dynamodb:UpdateItem on [\w-]+-table with ValidationException, request [\w-]+\./);
      expect(told).not.toContain('Type mismatch');
      expect(run.failure?.hint).not.toContain('Try again');
    },
  );
});
