import type { ExitCode, Terminal } from './terminal.ts';

/** `doctor`: being built. */
export async function doctor(
  _command: { readonly environment?: string; readonly json: boolean },
  terminal: Terminal,
): Promise<ExitCode> {
  terminal.stderr.write('doctor is being built.\n');
  return 1;
}
