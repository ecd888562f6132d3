import type { Parts } from '../compose.ts';
import type { Config } from '../config.ts';
import { consoleReporter } from '../reporters/console.ts';
import { logFileReporter } from '../reporters/log-file.ts';
import { statusFileReporter } from '../reporters/status-file.ts';
import { UserError } from '../restore/errors.ts';
import type { RunId } from '../restore/events.ts';
import { stateOfLiveTables } from '../restore/live-tables.ts';
import type { Reporter } from '../restore/ports.ts';
import type { Run } from '../restore/run.ts';
import { commandAgain } from './again.ts';
import type { Telling } from './arguments.ts';
import { leftBehind, stopOnInterrupt } from './interrupts.ts';
import type { Terminal } from './terminal.ts';

/** How long reporters may take to tell the end, in ms. */
const lastWordsMs = 5_000;

/** What a run is carried out with in a shell. */
export type Shell = {
  readonly parts: Parts;
  readonly config: Config;
  readonly terminal: Terminal;
  readonly telling: Telling;
};

/** Begins an approved run here and tells it from its request on. */
export async function begin(runId: RunId, shell: Shell): Promise<Run> {
  const { restores } = shell.parts;
  return saysHowAgain(shell, await carryOut(runId, shell, 0, (signal) => restores.execute(runId, signal)));
}

/**
 * Goes on here with an interrupted run and tells what happens from now on; the rest was told by whoever began it.
 * @throws UserError UNKNOWN_RUN, OUT_OF_DATE
 */
export async function goOn(runId: RunId, shell: Shell): Promise<Run> {
  const { restores } = shell.parts;
  const told = restores.run(runId)?.lastSeq ?? 0;
  return saysHowAgain(shell, await carryOut(runId, shell, told, (signal) => restores.resume(runId, signal)));
}

/** The last line of a restore that did not work out is what to type when its cause is mended. */
function saysHowAgain({ parts, terminal, telling }: Shell, run: Run): Run {
  const environment = parts.restores.environments().find(({ name }) => name === run.request.environment);
  const command = environment === undefined ? undefined : commandAgain(run, environment);
  if (command !== undefined && !telling.json) terminal.stderr.write(`To ask for the same again: ${command}\n`);
  return run;
}

async function carryOut(
  runId: RunId,
  shell: Shell,
  told: number,
  act: (signal: AbortSignal) => Promise<Run>,
): Promise<Run> {
  const reporters = reportersFor(runId, shell, told);
  const known = rememberRun(runId, shell.parts);
  const interrupts = stopOnInterrupt(shell.terminal.stderr, known.run);
  try {
    for (const reporter of reporters) reporter.start();
    return await act(interrupts.signal);
  } catch (error) {
    throw withStateOf(known.run(), error);
  } finally {
    known.forget();
    await Promise.all(reporters.map((reporter) => reporter.stop(lastWordsMs)));
    interrupts.forget();
  }
}

/** The run as the record has it; as it was last read, once the file cannot be read any more. */
function rememberRun(
  runId: RunId,
  { log }: Parts,
): { readonly run: () => Run | undefined; readonly forget: () => void } {
  let last: Run | undefined;
  const run = () => {
    try {
      last = log.run(runId);
    } catch (error) {
      if (!isStorage(error)) throw error;
    }
    return last;
  };
  return { run, forget: log.watch(run) };
}

/** Not even the failure could be written down: what is known of the run is told here, or nowhere. */
function withStateOf(run: Run | undefined, error: unknown): unknown {
  if (!isStorage(error)) return error;
  const hint = [error.hint, ...whatIsLeft(run)].join('\n');
  return new UserError(error.code, error.message, hint, { cause: error });
}

function whatIsLeft(run: Run | undefined): readonly string[] {
  if (run === undefined) return [];
  if (run.state === 'IN_PROGRESS') return leftBehind(run);
  return [`In the record ${run.id} is ${run.state}.`, stateOfLiveTables(run)];
}

function isStorage(error: unknown): error is UserError {
  return error instanceof UserError && error.code === 'STORAGE';
}

function reportersFor(
  runId: RunId,
  { parts, config: { statusFile }, terminal, telling: { verbose, json } }: Shell,
  after: number,
): readonly Reporter[] {
  const trouble = (what: string) => (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    terminal.stderr.write(`${what} can no longer be written (${why}). The restore goes on.\n`);
  };
  const file = { folder: process.cwd(), startedAt: parts.clock.now(), after };
  const say = (sentence: string) => terminal.stderr.write(`${sentence}\n`);
  const cloudWatch = parts.cloudWatch({ say, gauges: 'at-the-end' });
  return [
    consoleReporter(parts, runId, terminal, { verbose, json, after }, trouble('The console')),
    logFileReporter(parts.log, runId, file, trouble('The log file')),
    ...(statusFile === undefined
      ? []
      : [statusFileReporter(parts.log, runId, statusFile, trouble('The status file'), after)]),
    ...(cloudWatch === undefined ? [] : [cloudWatch]),
  ];
}
