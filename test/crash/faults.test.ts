import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/restore/errors.ts';
import type { Clock } from '../../src/restore/ports.ts';
import type { Run } from '../../src/restore/run.ts';
import { expectNothingLost } from '../support/crash-invariants.ts';
import { Life } from '../support/crash-life.ts';
import type { Program } from '../support/crash-program.ts';
import { startProgram } from '../support/crash-program.ts';
import { askForRestore, inAWorld } from '../support/crash-restore.ts';
import type { CrashWorld } from '../support/crash-world.ts';
import { liveTables, quotes } from '../support/crash-world.ts';
import { minute, shell, start } from '../support/engine.ts';
import { alice } from '../support/requests.ts';

type Fault = Parameters<CrashWorld['aws']['faults']['add']>[0];

/** A restore under faults that begin once it has been asked for, and what is left of it. */
async function underFaults(
  faults: readonly Fault[],
  check: (run: Run, program: Program, world: CrashWorld) => unknown,
) {
  await inAWorld(async (world, clock) => {
    const before = world.live();
    const program = await startProgram(world, clock, 1, new Life());
    const id = await askForRestore(program, world);
    for (const fault of faults) world.aws.faults.add(fault);
    const run = await program.restores.execute(id);
    expectReadable(run);
    await check(run, program, world);
    world.aws.faults.clear();
    await expectNothingLost(world, program, before);
    for (const table of liveTables) {
      expect(tablesMadeOf(world, table)).toBeLessThanOrEqual(1);
    }
    await program.close();
  });
}

const tablesMadeOf = ({ aws }: CrashWorld, table: string) =>
  new Set(
    aws.requests
      .list('RestoreTableToPointInTime')
      .flatMap(({ body, tables }) => (tables.includes(table) ? [body['TargetTableName']] : [])),
  ).size;

/** However it ends, a person is told what happened and what to do, and it is never our own confusion. */
function expectReadable(run: Run): void {
  if (run.state === 'COMPLETED') return;
  expect(run.failure?.code).not.toBe('INTERNAL');
  expect(run.failure?.message).not.toBe('');
  expect(run.failure?.hint).not.toBe('');
}

const item = [
  'ConditionalCheckFailedException',
  'InternalServerError',
  'ItemCollectionSizeLimitExceededException',
  'ProvisionedThroughputExceededException',
  'ReplicatedWriteConflictException',
  'RequestLimitExceeded',
  'ResourceNotFoundException',
  'ThrottlingException',
  'TransactionConflictException',
];
const reading = [
  'InternalServerError',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ResourceNotFoundException',
  'ThrottlingException',
];

/** What each operation may answer, by the API reference; and what any of them may ("Common errors"). */
const declared: Readonly<Record<string, readonly string[]>> = {
  DescribeTable: ['InternalServerError', 'ResourceNotFoundException'],
  DescribeContinuousBackups: ['InternalServerError', 'TableNotFoundException'],
  DescribeTimeToLive: ['InternalServerError', 'ResourceNotFoundException'],
  RestoreTableToPointInTime: [
    'InternalServerError',
    'InvalidRestoreTimeException',
    'LimitExceededException',
    'PointInTimeRecoveryUnavailableException',
    'TableAlreadyExistsException',
    'TableInUseException',
    'TableNotFoundException',
  ],
  Scan: reading,
  BatchGetItem: reading,
  PutItem: item,
  UpdateItem: item,
  DeleteItem: item,
  DeleteTable: ['InternalServerError', 'LimitExceededException', 'ResourceInUseException'],
};
const common = ['AccessDeniedException', 'ServiceUnavailable'];

const failures = Object.entries(declared).flatMap(([operation, names]) =>
  [...names, ...common].map((name) => ({ operation, name })),
);

describe('one call fails: the tables end as asked or as they were, and a person is told why', () => {
  test.for(failures)('$operation with $name', async ({ operation, name }) => {
    await underFaults([{ kind: 'error', operation, name }], ({ state }) => {
      expect(['COMPLETED', 'FAILED', 'ROLLED_BACK']).toContain(state);
    });
  });

  test.for(['PutItem', 'UpdateItem', 'DeleteItem'])(
    'the last %s is denied, after others were made',
    async (operation) => {
      await underFaults([{ kind: 'access-denied', operation, nth: 2 }], ({ state }) => {
        expect(state).toBe('ROLLED_BACK');
      });
    },
  );
});

describe('many calls fail', () => {
  test.for([1, 2, 3])('a third of all calls is throttled, and the restore completes (dice %i)', async (seed) => {
    await underFaults(
      [{ kind: 'throttle', operation: '*', count: 'all', probability: 0.3, seed }],
      ({ state, failure }) => {
        expect(state, failure?.message).toBe('COMPLETED');
      },
    );
  });

  test.for([1, 2, 3, 4])('replies and requests are lost at random (dice %i)', async (seed) => {
    const lost = { operation: '*', count: 'all', probability: 0.1 } as const;
    await underFaults(
      [
        { kind: 'lose-reply', seed, ...lost },
        { kind: 'lose-request', seed: seed + 100, ...lost },
      ],
      ({ state }) => {
        expect(['COMPLETED', 'FAILED', 'ROLLED_BACK']).toContain(state);
      },
    );
  });

  test.for([1, 15, 25, 35, 45, 50, 55, 60, 70])(
    'the credentials expire at call %i: nothing more is done, and with new ones it is put back',
    async (nth) => {
      await inAWorld(async (world, clock) => {
        const before = world.live();
        const program = await startProgram(world, clock, 1, new Life());
        const id = await askForRestore(program, world);
        world.aws.faults.add({ kind: 'expired-token', operation: '*', nth, count: 'all' });
        const run = await program.restores.execute(id);
        expectReadable(run);
        expect(['COMPLETED', 'FAILED', 'ROLLED_BACK', 'NEEDS_ATTENTION']).toContain(run.state);
        world.aws.faults.clear();
        if (run.state === 'NEEDS_ATTENTION') {
          expect(run.failure?.hint).toContain(`undo ${id}`);
          const undo = program.restores.undo(id, alice, '', shell);
          expect(await program.restores.execute(undo.id)).toMatchObject({ state: 'COMPLETED' });
        }
        expect(world.live()).toEqual(run.state === 'COMPLETED' ? world.restored : before);
        await program.close();
      });
    },
  );
});

describe('the clock is set', () => {
  const hour = 60 * minute;
  const phases = ['INITIATE_RESTORE', 'AWAIT_ACTIVE', 'SWAP_DATA', 'VERIFY_DATA'] as const;
  const jumps = phases.flatMap((phase) => [
    { phase, by: hour, way: 'forwards' },
    { phase, by: -hour, way: 'backwards' },
  ]);

  test.for(jumps)('an hour $way in $phase', async ({ phase, by }) => {
    await inAWorld(async (world, awsClock) => {
      const { clock, jump } = jumpingClock(awsClock);
      const before = world.live();
      const program = await startProgram(world, clock, 1, new Life());
      const id = await askForRestore(program, world);
      const stop = program.log.watch(() => {
        if (program.log.run(id)?.phase !== phase) return;
        stop();
        jump(by);
      });
      const run = await program.restores.execute(id);
      expectReadable(run);
      expect(run.durationMs).toBeGreaterThanOrEqual(0);
      for (const { event } of program.log.ofRun(id)) {
        if ('durationMs' in event) expect(event.durationMs, event.type).toBeGreaterThanOrEqual(0);
      }
      // AWS takes its time by its own clock; by ours, the half hour of the request is over.
      const timesOut = phase === 'AWAIT_ACTIVE' || phase === 'INITIATE_RESTORE';
      if (by < 0 || !timesOut) expect(run.state, run.failure?.message).toBe('COMPLETED');
      await expectNothingLost(world, program, before);
      await program.close();
    });
  });

  function jumpingClock(steady: Clock): { readonly clock: Clock; readonly jump: (ms: number) => void } {
    let offset = 0;
    return {
      clock: { now: () => steady.now() + offset, sleep: steady.sleep },
      jump(ms) {
        offset += ms;
      },
    };
  }
});

describe('the disk is full', () => {
  const diskFull = () => new UserError('STORAGE', 'The state file cannot be used: the disk is full.', 'Make room.');

  /** Every fourth write of a restore, the first included: in all phases, the journal's own among them. */
  const writes = Array.from({ length: 15 }, (_, n) => 1 + 4 * n);

  test.for(writes)(
    'from the %ith write on: nothing is overwritten that was not saved, and with room it goes on',
    async (nth) => {
      await inAWorld(async (world, clock) => {
        const before = world.live();
        let count = 0;
        const trouble = () => {
          count += 1;
          return count >= nth ? diskFull() : undefined;
        };
        const first = await startProgram(world, clock, 1, new Life(), { trouble });
        const outcome = await askForRestore(first, world).then(
          (id) => first.restores.execute(id).catch((error: unknown) => error),
          (error: unknown) => error,
        );
        if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'STORAGE', hint: 'Make room.' });
        await first.close();
        const second = await startProgram(world, clock, 2, new Life());
        const [interrupted] = second.restores.interrupted();
        if (interrupted !== undefined) await second.restores.resume(interrupted.id);
        await expectNothingLost(world, second, before);
        await second.close();
      });
    },
  );

  test.for([1, 2])('at write %i of the journal, once: the swap is not begun, or put back', async (nth) => {
    await inAWorld(async (world, clock) => {
      const before = world.live();
      let count = 0;
      const trouble = (write: string) => {
        if (!write.startsWith('journal')) return undefined;
        count += 1;
        return count === nth ? diskFull() : undefined;
      };
      const program = await startProgram(world, clock, 1, new Life(), { trouble });
      const run = await program.restores.execute(await askForRestore(program, world));
      expect(run).toMatchObject({ state: 'FAILED', failure: { code: 'STORAGE' } });
      expect(world.aws.history.writes(quotes).filter(({ at }) => at > start)).toEqual([]);
      await expectNothingLost(world, program, before);
      await program.close();
    });
  });
});
