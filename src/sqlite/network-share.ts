import { statfsSync } from 'node:fs';
import { UserError } from '../restore/errors.ts';

/** `f_type` of file systems that another machine can have open, too (statfs(2), linux/magic.h). */
const shares: Readonly<Record<number, string>> = {
  26985: 'NFS',
  20859: 'SMB',
  4283649346: 'CIFS',
  4266872130: 'SMB2',
  22092: 'NCP',
  16914839: '9p',
  1702057286: 'FUSE (sshfs, s3fs, virtiofs …)',
  12805120: 'CephFS',
  1397113167: 'AFS',
  1799439955: 'AFS',
  1937076805: 'Coda',
  198183888: 'Lustre',
  1196443219: 'GPFS',
  18225520: 'GFS2',
  1952539503: 'OCFS2',
  428016422: 'BeeGFS',
  2020557398: 'VirtualBox shared folder',
  3133910204: 'VMware shared folder',
};

/** The name of a file system shared between machines; undefined for every other one. */
export function networkShare(type: number): string | undefined {
  // 32-bit systems hand the upper half of the range out as negative numbers.
  return shares[type >>> 0];
}

/**
 * Locks and shared memory, which the file needs, do not hold across machines (https://sqlite.org/wal.html: "WAL does not
 * work over a network filesystem"), and two machines would restore at once. Checked on Linux only: elsewhere the
 * system does not say what a folder lies on.
 * @throws UserError STORAGE
 */
export function refuseNetworkShare(folder: string, typeOf: (folder: string) => number = fileSystemType): void {
  if (process.platform !== 'linux') return;
  const share = networkShare(typeOf(folder));
  if (share === undefined) return;
  throw new UserError(
    'STORAGE',
    `The folder of the state file, ${folder}, is on a network share or a shared folder (${share}), where SQLite's locks do not hold.`,
    'Point PITR_DB at a file on a local disk. In Docker use a named volume instead of a shared folder.',
  );
}

function fileSystemType(folder: string): number {
  return statfsSync(folder).type;
}
