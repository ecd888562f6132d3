import type { Command } from './arguments.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** Carries a command out. Each one is loaded when it is needed: help must not wait for SDKs, nor need the sandbox's packages. */
export async function dispatch(command: Command, terminal: Terminal): Promise<ExitCode> {
  const print = (text: string) => {
    terminal.stdout.write(`${text}\n`);
  };
  switch (command.name) {
    case 'restore':
      return command.dryRun
        ? await (await import('./dry-run.ts')).dryRun(command, terminal)
        : await (await import('./restore.ts')).restore(command, terminal);
    case 'list-restore-points':
      return await (await import('./list-restore-points.ts')).listRestorePoints(command, terminal);
    case 'status':
      return await (await import('./status.ts')).status(command.json, terminal);
    case 'history':
      return await (await import('./history.ts')).history(command.json, terminal);
    case 'cancel':
      return await (await import('./cancel.ts')).cancel(command, terminal);
    case 'speed':
      return await (await import('./speed.ts')).speed(command, terminal);
    case 'drill':
      return await (await import('./drill.ts')).drill(command, terminal);
    case 'doctor':
      return await (await import('./doctor.ts')).doctor(command, terminal);
    case 'resume':
      return await (await import('./resume.ts')).resume(command, terminal);
    case 'undo':
      return await (await import('./undo.ts')).undo(command, terminal);
    case 'audit-verify':
      return await (await import('./audit.ts')).auditVerify(terminal);
    case 'audit-export':
      return await (await import('./audit.ts')).auditExport(terminal);
    case 'cleanup':
      return await (await import('./cleanup.ts')).cleanup(command, terminal);
    case 'serve': {
      const [{ serve }, { configHere }] = await Promise.all([import('../serve.ts'), import('./open-parts.ts')]);
      await serve(await configHere(terminal));
      return 0;
    }
    case 'sandbox':
      await (await import('../sandbox/run-sandbox.ts')).runSandbox(command, print, untilStopped());
      return 0;
    case 'demo':
      return (await (await import('../demo.ts')).runDemo(print)) ? 0 : 1;
    case 'help':
      terminal.stdout.write((await import('./help.ts')).helpText);
      return 0;
    case 'version':
      print((await import('./version.ts')).version());
      return 0;
  }
}

function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => resolve());
  });
}
