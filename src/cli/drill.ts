import type { DrillCommand } from './arguments.ts';
import { begin } from './carry-out.ts';
import { withParts } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { personHere, timeZoneHere } from './this-shell.ts';
import { wishFrom } from './wish.ts';

/** What a drill never comes to: it ends before anything is written. */
const writingNothing = {
  acceptCountMismatch: true,
  onConflict: 'overwrite',
  fence: 'off',
  rollback: true,
  dryRun: false,
} as const;

/** `drill <environment>`: a restore that is rehearsed. 0 when it would work; what it would put back is no failure. */
export async function drill(command: DrillCommand, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async (parts, config) => {
    const { restores, clock } = parts;
    const environment = restores.environment(command.environment);
    const here = { now: clock.now(), timeZone: timeZoneHere(), person: personHere() };
    const wish = wishFrom({ ...command, ...writingNothing }, environment, here);
    const { id } = await restores.request({ ...wish, drill: true }, { kind: 'shell', workingDirectory: process.cwd() });
    const ended = await begin(id, { parts, config, terminal, telling: command });
    return ended.state === 'COMPLETED' ? 0 : 1;
  });
}
