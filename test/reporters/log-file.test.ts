import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { logFileReporter } from '../../src/reporters/log-file.ts';
import { openStory, requestedAt, untilTheEnd } from './story.ts';

test('the log file has every line with time, level and phase, and is for its owner’s eyes', async () => {
  const { folder, log, runId, tell } = openStory();
  const reporter = logFileReporter(log, runId, { folder, startedAt: requestedAt }, (error) => {
    throw error;
  });
  reporter.start();
  tell(...untilTheEnd);
  await reporter.stop(0);

  expect(basename(reporter.path)).toBe('restore_dynamodb_20251219_103000.log');
  expect(statSync(reporter.path).mode & 0o777).toBe(0o600);
  const lines = readFileSync(reporter.path, 'utf8').trimEnd().split('\n');
  expect(lines[0]).toMatch(/^\[2025-12-19 10:30:00\] \[DEBUG\] \[REQUEST\] ana@bastion asked for dev/);
  expect(lines).toContain('[2025-12-19 10:30:00] [INFO] [AWAIT_ACTIVE] quotes-restore is now ACTIVE (4m55s)');
  expect(lines.at(-1)).toBe('[2025-12-19 10:30:00] [INFO] [RELEASE_LOCK] Restore completed successfully in 3m45s');
});
