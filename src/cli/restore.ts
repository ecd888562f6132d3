import type { RestoreCommand } from './arguments.ts';
import { begin } from './carry-out.ts';
import { withParts } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { personHere, timeZoneHere } from './this-shell.ts';
import { wishFrom } from './wish.ts';

/** Asks for a restore and carries it out. 0 only when the tables are as asked. */
export async function restore(command: RestoreCommand, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async (parts, config) => {
    const { restores, clock } = parts;
    const environment = restores.environment(command.environment);
    const wish = wishFrom(command, environment, { now: clock.now(), timeZone: timeZoneHere(), person: personHere() });
    const { id } = await restores.request(wish, { kind: 'shell', workingDirectory: process.cwd() });
    const ended = await begin(id, { parts, config, terminal, telling: command });
    return ended.state === 'COMPLETED' ? 0 : 1;
  });
}
