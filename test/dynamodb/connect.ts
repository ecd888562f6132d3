import { onTestFinished, vi } from 'vitest';
import type { AwsSettings } from '../../src/dynamodb/aws.ts';
import { createAws } from '../../src/dynamodb/aws.ts';
import type { Timing } from '../../src/dynamodb/patience.ts';
import type { ScanPage } from '../../src/restore/compare.ts';
import { RawItems } from '../../src/restore/comparison/raw-items.ts';
import type { Environment } from '../../src/restore/environment.ts';
import type { Item } from '../../src/restore/item.ts';
import type { Aws } from '../../src/restore/ports.ts';

export const staging: Environment = {
  name: 'staging',
  region: 'eu-central-1',
  tables: [{ label: 'orders', table: 'shop-orders' }],
  admins: [],
  approvers: [],
  approvals: 0,
  channels: [],
  planConfirmation: 'never',
  reasonRequired: false,
  timeoutMinutes: 60,
  onConflict: 'overwrite',
  fence: 'off',
};

/** Time that passes only where somebody sleeps. */
export function driven(): Timing & { readonly slept: readonly number[] } {
  const slept: number[] = [];
  let time = 0;
  return {
    slept,
    now: () => time,
    sleep: async (ms) => {
      slept.push(ms);
      time += ms;
    },
    random: () => 0.5,
  };
}

/** The adapter against `url`, found the way a person would tell it: by environment variables. */
export function connect(url: string, settings: AwsSettings = {}, environment: Environment = staging): Aws {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDTEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_ENDPOINT_URL', url);
  const { awsFor, close } = createAws({ timing: driven(), maxAttempts: 2, ...settings });
  onTestFinished(() => {
    close();
    vi.unstubAllEnvs();
  });
  return awsFor(environment);
}

/** All pages of a scan, their items parsed. */
export async function collect(
  pages: AsyncIterable<ScanPage>,
): Promise<(ScanPage & { readonly items: readonly Item[] })[]> {
  const all: (ScanPage & { readonly items: readonly Item[] })[] = [];
  for await (const page of pages) {
    all.push({ ...page, items: page.items instanceof RawItems ? page.items.parsed() : page.items });
  }
  return all;
}
