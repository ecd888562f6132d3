import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { Parts } from '../compose.ts';
import type { Config } from '../config.ts';
import { loadConfig } from '../config.ts';
import type { OpenRecord } from '../record.ts';
import { openRecord } from '../record.ts';
import { UserError } from '../restore/errors.ts';
import { safeStack } from '../restore/safe-error.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/**
 * The configuration of this shell: its variables, and those of a file `.env` in the current folder that are not set.
 * @throws UserError BAD_CONFIGURATION
 */
export async function configHere({ stderr }: Terminal): Promise<Config> {
  // Into the variables of the process: the AWS SDK reads its own there.
  for (const [name, value] of Object.entries(parseEnv(readEnvFile('.env')))) process.env[name] ??= value;
  const config = await loadConfig(process.env);
  for (const warning of config.warnings) stderr.write(`Warning: ${warning}\n`);
  return config;
}

/** The text of the file; empty where there is none. */
function readEnvFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT') return '';
    throw new UserError(
      'BAD_CONFIGURATION',
      error.code === 'EISDIR'
        ? `${resolve(path)} is a folder, where a file of variables is looked for.`
        : `The file of variables ${resolve(path)} cannot be read (${String(error.code)}).`,
      'Make it a file that this user can read, or start the program in another folder.',
      { cause: error },
    );
  }
}

/** Hands `use` the program's parts, and closes them whatever happens. */
export async function withParts(
  terminal: Terminal,
  use: (parts: Parts, config: Config) => Promise<ExitCode>,
): Promise<ExitCode> {
  const config = await configHere(terminal);
  const { compose, connect } = await import('../compose.ts');
  const parts = compose(config, await connect(config), (error, runId) => {
    terminal.stderr.write(`${runId}: a bug of pitr-restore. Please report it with these lines:\n${safeStack(error)}\n`);
  });
  try {
    parts.restores.expireOverdue();
    return await use(parts, config);
  } finally {
    await parts.close();
  }
}

/** The same to look at the record, or to write in it: nobody waits until all that restores tables is loaded. */
export async function withRecord(
  terminal: Terminal,
  use: (record: OpenRecord) => Promise<ExitCode>,
): Promise<ExitCode> {
  const record = openRecord(await configHere(terminal));
  try {
    record.runs.expireOverdue();
    return await use(record);
  } finally {
    record.close();
  }
}
