import type { Parts } from '../compose.ts';
import type { Config } from '../config.ts';
import { consoleReporter } from '../reporters/console.ts';
import { logFileReporter } from '../reporters/log-file.ts';
import { statusFileReporter } from '../reporters/status-file.ts';
import type { RunId } from '../restore/events.ts';
import type { Reporter } from '../restore/ports.ts';
import type { RestoreCommand } from './arguments.ts';
import { stopOnInterrupt } from './interrupts.ts';
import { withParts } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { personHere, timeZoneHere } from './this-shell.ts';
import { wishFrom } from './wish.ts';

/** How long reporters may take to tell the end, in ms. */
const lastWordsMs = 5_000;

/** Asks for a restore and carries it out. 0 only when the tables are as asked. */
export async function restore(command: RestoreCommand, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async (parts, config) => {
    const { restores, clock } = parts;
    const environment = restores.environment(command.environment);
    const wish = wishFrom(command, environment, { now: clock.now(), timeZone: timeZoneHere(), person: personHere() });
    const { id } = await restores.request(wish, { kind: 'shell', workingDirectory: process.cwd() });
    const reporters = reportersFor(id, command, parts, config, terminal);
    const interrupts = stopOnInterrupt(terminal.stderr, () => restores.run(id));
    try {
      for (const reporter of reporters) reporter.start();
      const ended = await restores.execute(id, interrupts.signal);
      return ended.state === 'COMPLETED' ? 0 : 1;
    } finally {
      await Promise.all(reporters.map((reporter) => reporter.stop(lastWordsMs)));
      interrupts.forget();
    }
  });
}

function reportersFor(
  id: RunId,
  { verbose, json }: RestoreCommand,
  parts: Parts,
  { statusFile }: Config,
  terminal: Terminal,
): readonly Reporter[] {
  const trouble = (what: string) => (error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    terminal.stderr.write(`${what} can no longer be written (${why}). The restore goes on.\n`);
  };
  const file = { folder: process.cwd(), startedAt: parts.clock.now() };
  return [
    consoleReporter(parts, id, terminal, { verbose, json }, trouble('The console')),
    logFileReporter(parts.log, id, file, trouble('The log file')),
    ...(statusFile === undefined ? [] : [statusFileReporter(parts.log, id, statusFile, trouble('The status file'))]),
  ];
}
