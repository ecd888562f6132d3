import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startWorld } from '../../src/sandbox/world/world.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run, start } from './program.ts';

/** A program of Linux. */
const prlimit = 'prlimit';
const restoreQuotes = ['--environment', 'dev', '--restore-point', '1 hour ago', '--tables', 'quotes'];
const canLimit = spawnSync(prlimit, ['--version']).status === 0;

test.runIf(canLimit)(
  'when nothing can be written down any more, the program says what it leaves, and no stack',
  async () => {
    const world = await startWorld({ environments: ['dev'], restoreMs: 500 });
    onTestFinished(async () => world.close());
    const folder = temporaryFolder();
    const variables = { ...world.variables, PITR_DB: join(folder, 'state.sqlite') };
    const asking = world.aws.hold('RestoreTableToPointInTime');
    const started = start(restoreQuotes, folder, variables);
    await asking.reached;
    // From here on no file may grow, as on a full disk.
    expect(spawnSync(prlimit, ['--fsize=4096', '--pid', String(started.child.pid)]).status).toBe(0);
    asking.release();
    expect(await started.exit).toBe(1);
    expect(started.stderr()).toMatch(/^The state file cannot be used: .*\(SQLITE_\w+\)\.$/m);
    expect(started.stderr()).toMatch(/^Left restore-\S+ in the middle, in phase INITIATE_RESTORE\.$/m);
    expect(started.stderr()).toContain('\nThe live tables were not touched.\n');
    expect(started.stderr()).toMatch(
      /^Restore tables that may exist in AWS: quote-lambda-tf-quotes-dev-restore-\S+\.$/m,
    );
    expect(started.stderr()).toMatch(
      /^Go on: pitr-restore resume restore-\S+\. Give up: pitr-restore cancel restore-\S+$/m,
    );
    expect(started.stderr()).not.toMatch(/^ {4}at /m);
    expect(await run(['resume'], folder, variables)).toMatchObject({ code: 0, stderr: '' });
  },
);
