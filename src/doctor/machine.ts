/** What this machine has to offer: the state file, room on the disk, a place for the status file. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Config } from '../config.ts';
import { examineStateFile } from '../sqlite/examine.ts';
import { type Finding, failed, ok, type Section, warning } from './finding.ts';

const mb = 1024 * 1024;
/** With less, not even the record of a restore is sure to find room. */
const tooLittle = 100 * mb;
/** The journal takes both images of every item that differs; with less, a large accident may not fit. */
const little = 1024 * mb;

export function examineMachine({ databaseFile, statusFile }: Config): Section & { readonly stateIsReadable: boolean } {
  const { findings, isCurrent } = examineStateFile(databaseFile);
  const stateFile = findings.map(({ ok: isGood, message, hint }): Finding => {
    const about = { check: 'state-file', subject: databaseFile };
    return isGood ? ok(about, message) : failed(about, message, hint);
  });
  const statusFolder = statusFile === undefined ? [] : [writable('status-file', dirname(statusFile))];
  return {
    title: 'This machine',
    stateIsReadable: isCurrent && findings.every(({ ok: isGood }) => isGood),
    findings: [
      ...stateFile,
      room(nearestExisting(dirname(databaseFile))),
      writable('log-file', process.cwd()),
      ...statusFolder,
      node(),
    ],
  };
}

function room(folder: string): Finding {
  const about = { check: 'disk', subject: folder };
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const said = `${free < little ? `${Math.floor(free / mb)} MB` : `${Math.floor(free / little)} GB`} are free for the state file.`;
  const hint =
    'Make room, or point PITR_DB at a larger disk: the journal holds both images of every item that differs.';
  if (free < tooLittle) return failed(about, said, hint);
  return free < little ? warning(about, said, hint) : ok(about, said);
}

function writable(check: string, folder: string): Finding {
  const about = { check, subject: folder };
  const what = check === 'log-file' ? 'Log files' : 'The status file';
  try {
    accessSync(folder, constants.W_OK);
    return ok(about, `${what} can be written to ${folder}.`);
  } catch {
    return warning(
      about,
      `${what} cannot be written to ${folder}.`,
      check === 'log-file'
        ? 'A restore goes on without. To have them, start it in a folder that this user can write to.'
        : 'A restore goes on without. Make the folder, or correct RESTORE_STATUS_FILE.',
    );
  }
}

function node(): Finding {
  return ok({ check: 'node', subject: process.version }, `Node.js ${process.version}.`);
}

function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}
