/** Exit code 0: what package.json and the lock file ask for is installed, so that `npm run setup` has nothing to do. */
import { statSync } from 'node:fs';

const changedAt = (file) => statSync(new URL(`../${file}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs;
const installedAt = changedAt('node_modules/.package-lock.json') ?? 0;
const wanted = ['package.json', 'package-lock.json'].map((file) => changedAt(file) ?? 0);
process.exitCode = installedAt > Math.max(...wanted) ? 0 : 1;
