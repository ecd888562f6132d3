import { UserError } from '../restore/errors.ts';
import type { RunId } from '../restore/events.ts';
import { pauseCaution } from '../restore/pause-caution.ts';
import type { RecordedRuns } from '../restore/recorded-runs.ts';
import type { Run } from '../restore/run.ts';
import type { Speed } from '../restore/speed.ts';
import type { SpeedCommand } from './arguments.ts';
import { withRecord } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { personHere } from './this-shell.ts';

/** `speed <word> [id]`: how fast a running restore goes on, whichever process carries it out. */
export async function speed(command: SpeedCommand, terminal: Terminal): Promise<ExitCode> {
  return await withRecord(terminal, async ({ runs }) => {
    const run = runs.setSpeed(command.runId ?? theRunning(runs), command.speed, personHere());
    terminal.stdout.write(speedText(run));
    return 0;
  });
}

/** What the asker is told. Pure. */
export function speedText(run: Run): string {
  const caution = pauseCaution(run);
  return `${run.id} ${meanings[run.speed]}\n${caution === undefined ? '' : `${caution}\n`}`;
}

const meanings = {
  slow: 'reads and writes at about a quarter of what its tables take, from the next request on.',
  normal: 'reads and writes at up to nine tenths of what its tables take, from the next request on.',
  fast: 'reads and writes as fast as its tables take it, from the next request on.',
  pause: 'is paused: it reads and writes nothing until somebody types: pitr-restore speed normal',
} as const satisfies Record<Speed, string>;

function theRunning(runs: RecordedRuns): RunId {
  const running = runs.open().filter((run) => run.state === 'IN_PROGRESS');
  const [run, ...others] = running;
  if (run === undefined) {
    throw new UserError('UNKNOWN_RUN', 'No restore is running.', 'Only a running restore has a speed.');
  }
  if (others.length === 0) return run.id;
  throw new UserError(
    'BAD_REQUEST',
    `${running.length} restores are running or interrupted: ${running.map(({ id }) => id).join(', ')}.`,
    'Name the one that is meant: pitr-restore speed slow <id>',
  );
}
