import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

/** `npm run chaos -- --kills 1000 --seed 7`: the test of chaos.test.ts with any number of kills. */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    seed: { type: 'string', default: String(Date.now() % 10_000) },
  },
});
const chaos = ['vitest', 'run', '--config', 'test/vitest.config.ts', '--root', '.', 'test/crash/chaos.test.ts'];
process.stdout.write(`${values.kills} kills, seed ${values.seed}\n`);
const env = { ...process.env, CHAOS_KILLS: values.kills, CHAOS_SEED: values.seed };
const { status } = spawnSync('npx', chaos, { stdio: 'inherit', env });
process.exitCode = status ?? 1;
