import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // The sandbox is real HTTP on two cores: a busy machine must not turn a slow test into a red one.
    testTimeout: 30_000,
    hookTimeout: 30_000,
    restoreMocks: true,
    // Half of them wait for a child process or a socket at any moment: every core gets a worker.
    maxWorkers: '100%',
  },
});
