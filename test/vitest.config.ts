import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * They change variables of their process, or hold a browser or an image of the program in it. All others leave nothing
 * behind, so that files share a process: each need not load the SDK, and all of src/, anew.
 */
const alone = ['browser', 'crash', 'image'].map((folder) => `test/${folder}/**/*.test.ts`);

/** The longest, longest first. One that began last would keep a single core busy while the others rest. */
const first = [
  'slack/conversations',
  'crash/chaos',
  'browser/',
  'crash/',
  'cli/safety-net',
  'secrets',
  'docs/operating',
];

/** Vitest sorts by what the last run took, but a fresh clone knows of none, and goes by the size of the files. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => {
      const at = first.findIndex((name) => moduleId.includes(`/test/${name}`));
      return at === -1 ? first.length : at;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  test: {
    // These only end what hangs: a busy machine must not turn a slow test into a red one, and a process that takes half a
    // second to start takes ten on some.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 60_000 } },
    restoreMocks: true,
    // Half of them wait for a child process or a socket at any moment. As a number: a percentage ends at the cores.
    maxWorkers: availableParallelism() + 1,
    // Tests leave much behind and keep little: in a young generation of a few megabytes one part in twenty is clearing it away.
    execArgv: ['--min-semi-space-size=64', '--max-semi-space-size=64'],
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: alone } },
      {
        extends: true,
        test: { name: 'sharing a process', include: ['test/**/*.test.ts'], exclude: alone, isolate: false },
      },
    ],
  },
});
