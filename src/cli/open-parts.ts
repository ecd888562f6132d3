import { existsSync } from 'node:fs';
import type { Parts } from '../compose.ts';
import { compose } from '../compose.ts';
import type { Config } from '../config.ts';
import { loadConfig } from '../config.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/**
 * The configuration of this shell: its variables, and those of a file `.env` in the current folder that are not set.
 * @throws UserError BAD_CONFIGURATION
 */
export function configHere({ stderr }: Terminal): Config {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const config = loadConfig(process.env);
  for (const warning of config.warnings) stderr.write(`Warning: ${warning}\n`);
  return config;
}

/** Hands `use` the program's parts, and closes them whatever happens. */
export async function withParts(
  terminal: Terminal,
  use: (parts: Parts, config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = configHere(terminal);
  const parts = compose(config, (error, runId) => {
    const details = error instanceof Error ? (error.stack ?? error.message) : String(error);
    terminal.stderr.write(`${runId}: a bug of pitr-restore. Please report it with these lines:\n${details}\n`);
  });
  try {
    parts.restores.expireOverdue();
    return await use(parts, config);
  } finally {
    await parts.close();
  }
}
