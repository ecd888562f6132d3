import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { networkShare, refuseNetworkShare } from '../../src/sqlite/network-share.ts';

test.each([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  // The same one as a 32-bit system says it.
  [0xff534d42 | 0, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
])('file system %i is a share: %s', (type, name) => {
  expect(networkShare(type)).toContain(name);
});

test.each([
  ['ext4', 0xef53],
  ['XFS', 0x58465342],
  ['Btrfs', 0x9123683e],
  ['tmpfs', 0x01021994],
  ['overlay', 0x794c7630],
  ['ZFS', 0x2fc12fc1],
])('%s is a local disk', (_, type) => {
  expect(networkShare(type)).toBeUndefined();
});

test.runIf(process.platform === 'linux')('a file on a share is refused with its name and what to do', () => {
  expect(() => refuseNetworkShare('/mnt/nas', () => 0x6969)).toThrow(
    expect.objectContaining({
      code: 'STORAGE',
      message: expect.stringContaining('/mnt/nas, is on a network share or a shared folder (NFS)'),
      hint: expect.stringContaining('local disk'),
    }),
  );
  expect(() => refuseNetworkShare(tmpdir())).not.toThrow();
});
