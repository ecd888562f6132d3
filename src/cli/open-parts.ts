import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseEnv } from 'node:util';
import type { AwsConnections, Parts } from '../compose.ts';
import { compose, connectAws } from '../compose.ts';
import type { Config } from '../config.ts';
import { loadConfig } from '../config.ts';
import { UserError } from '../restore/errors.ts';
import { safeStack } from '../restore/safe-error.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/**
 * The configuration of this shell: its variables, and those of a file `.env` in the current folder that are not set.
 * @throws UserError BAD_CONFIGURATION
 */
export function configHere({ stderr }: Terminal): Config {
  // Into the variables of the process: the AWS SDK reads its own there.
  for (const [name, value] of Object.entries(parseEnv(readEnvFile('.env')))) process.env[name] ??= value;
  const config = loadConfig(process.env);
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

type Use = (parts: Parts, config: Config) => Promise<ExitCode>;

/** Hands `use` the program's parts, and closes them whatever happens. */
export async function withParts(terminal: Terminal, use: Use): Promise<ExitCode> {
  const config = configHere(terminal);
  return await lend(terminal, config, await connectAws(), use);
}

/** The same to look at the record, or to write in it: nothing is asked of AWS, and nobody waits until its SDK is loaded. */
export async function withoutAws(terminal: Terminal, use: Use): Promise<ExitCode> {
  const none: AwsConnections = {
    awsFor: () => {
      throw new Error('This command does without AWS');
    },
    close: () => undefined,
  };
  return await lend(terminal, configHere(terminal), none, use);
}

async function lend(terminal: Terminal, config: Config, aws: AwsConnections, use: Use): Promise<ExitCode> {
  const parts = compose(config, aws, (error, runId) => {
    terminal.stderr.write(`${runId}: a bug of pitr-restore. Please report it with these lines:\n${safeStack(error)}\n`);
  });
  try {
    parts.restores.expireOverdue();
    return await use(parts, config);
  } finally {
    await parts.close();
  }
}
