/** What people would use instead, installed for the benchmark only. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const versions = {
  'copy-dynamodb-table': '2.2.1',
  '@shelf/dynamodb-parallel-scan': '4.0.0',
  '@aws/dynamodb-batch-iterator': '0.7.1',
  '@aws/dynamodb-query-iterator': '0.7.1',
  '@aws-sdk/client-dynamodb': '3',
  '@aws-sdk/lib-dynamodb': '3',
  'aws-sdk': '2',
};

/** The folder they are in; undefined: the registry is out of reach, and why. */
export function installPackages(): { readonly folder: string } | { readonly trouble: string } {
  const folder = mkdtempSync(join(tmpdir(), 'pitr-bench-packages-'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
  const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts', '--legacy-peer-deps'];
  const { status, stderr } = spawnSync('npm', ['install', ...flags], { cwd: folder, encoding: 'utf8' });
  return status === 0 ? { folder } : { trouble: stderr.trim().split('\n')[0] ?? 'npm install failed' };
}
