import { defineConfig } from 'vitest/config';

/** They leave nothing behind in their process, so files share one: each need not load the SDK, and all of src/, anew. */
const sharing = [
  'cloudwatch',
  'config',
  'data-plane',
  'dynamodb',
  'reporters',
  'restore',
  'sandbox',
  'scenarios',
  'sqlite',
].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    // These only end what hangs: a busy machine must not turn a slow test into a red one, and a process that takes half a
    // second to start takes ten on some.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    restoreMocks: true,
    // Half of them wait for a child process or a socket at any moment: every core gets a worker.
    maxWorkers: '100%',
    projects: [
      { extends: true, test: { name: 'sharing a process', include: sharing, isolate: false } },
      { extends: true, test: { name: 'alone', include: ['test/**/*.test.ts'], exclude: sharing } },
    ],
  },
});
