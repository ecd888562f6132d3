import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { run } from './program.ts';

test('the demo tells its story and proves that every item is what it was', async () => {
  const { code, stdout } = await run(['demo'], temporaryFolder());
  expect(stdout).toContain('/pitr-restore prod yesterday 9am');
  expect(stdout).toContain('Bob, an approver, clicks Approve.');
  expect(stdout).toMatch(/quote-lambda-tf-quotes +1234 +1234 +1234 +0 +0 +0/);
  expect(stdout).toMatch(/quote-lambda-tf-user-likes +5678 +5678 +5678 +0 +0 +0/);
  expect(stdout).toMatch(/quote-lambda-tf-user-views +9012 +9012 +9012 +0 +0 +0/);
  expect(stdout).toContain('All tables are exactly what they were.');
  expect(code).toBe(0);
});
