/**
 * The Dockerfile's steps, performed in an empty folder: what it copies, runs and starts is what is copied, run and started
 * here, so a change of its steps is tested or refused. `npm ci` takes minutes and is rehearsed, unless PITR_IMAGE_INSTALL is
 * "real", as in .ci/run. Not proven without Docker: the base images and their Node.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startWorld } from '../../src/sandbox/world/world.ts';
import { driverName } from '../../src/sqlite/driver.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Built, buildImage, isRoot, linkTree, nobody } from './build.ts';
import { parseDockerfile } from './dockerfile.ts';

const context = join(import.meta.dirname, '..', '..');
const stages = parseDockerfile(readFileSync(join(context, 'Dockerfile'), 'utf8'));
const install = process.env['PITR_IMAGE_INSTALL'] === 'real' ? 'real' : 'rehearsed';
const canBe = process.platform === 'linux';

test('everything that the Dockerfile copies is let through by .dockerignore', () => {
  const exceptions: readonly string[] = readFileSync(join(context, '.dockerignore'), 'utf8').match(/^!.*$/gm) ?? [];
  const copied = stages.flatMap(({ instructions }) =>
    instructions.flatMap((each) => (each.kind === 'copy' && each.from === undefined ? each.sources : [])),
  );
  expect(copied.length).toBeGreaterThan(3);
  expect(copied.filter((source) => !exceptions.includes(`!${source.replace(/^\.\//, '')}`))).toEqual([]);
});

test('the lock file names every package of every platform, so that npm ci works on each', () => {
  const { packages } = JSON.parse(readFileSync(join(context, 'package-lock.json'), 'utf8')) as Lock;
  const missing = Object.entries(packages).flatMap(([path, { dependencies, optionalDependencies }]) =>
    Object.keys({ ...dependencies, ...optionalDependencies })
      .filter((name) => !foldersAbove(path).some((folder) => Object.hasOwn(packages, `${folder}node_modules/${name}`)))
      .map((name) => `${name}, needed by ${path}`),
  );
  expect(missing).toEqual([]);
  expect(Object.keys(packages).length).toBeGreaterThan(200);
});

type Lock = {
  readonly packages: Readonly<
    Record<string, Partial<Record<'dependencies' | 'optionalDependencies', Readonly<Record<string, string>>>>>
  >;
};

/** Where Node.js looks for the packages of a package: beside it, and beside everything that it is in. */
function foldersAbove(path: string): readonly string[] {
  const parts = path === '' ? [] : path.split('/node_modules/');
  return [...parts.keys()].map((count) => `${parts.slice(0, count + 1).join('/node_modules/')}/`).concat('');
}

test('an instruction that this proof does not know is refused, not passed over', () => {
  expect(() => parseDockerfile('FROM x\nADD https://example.com /')).toThrow('does not know ADD');
  expect(() => parseDockerfile('FROM x\nCOPY --link a b')).toThrow('does not know COPY --link');
});

test.runIf(canBe)(
  'the image: production install, start, health and stop, as a user that owns nothing, in a tree that nobody writes to',
  async () => {
    const world = await startWorld({ environments: ['dev', 'prod'] });
    onTestFinished(() => world.close());
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const image = buildImage(stages, context, folder, install);
    const app = join(image.root, image.workdir);
    expect(image.user).toBe('node');

    const { dependencies } = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8'));
    const installed = (name: string) => existsSync(join(app, 'node_modules', name));
    expect(Object.keys(dependencies).filter((name) => !installed(name))).toEqual([]);
    expect(['typescript', 'vitest', 'vite', 'dynalite'].filter(installed)).toEqual([]);
    const list = JSON.parse(readFileSync(join(app, 'node_modules', '.package-lock.json'), 'utf8'));
    const more = Object.entries<{ readonly dev?: boolean; readonly optional?: boolean }>(list.packages);
    expect(more.filter(([, { dev, optional }]) => dev || optional).map(([name]) => name)).toEqual([]);
    expect(readdirSync(app).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['dist', 'node_modules', 'package.json']);
    // The image has Node 24. The driver for Node 20, and what it needs, is optional and not in it.
    for (const name of installed(driverName) ? [] : [driverName, 'bindings', 'file-uri-to-path']) {
      linkTree(join(context, 'node_modules', name), join(app, 'node_modules', name));
    }

    const before = treeOf(app);
    const unlock = lock(app);
    onTestFinished(unlock);
    const variables = { ...world.variables, ...(await variablesOf(image)) };
    const bot = asNobody(image.argv, app, variables);
    await bot.said('Connected to Slack');
    expect(await asNobody(image.healthcheck, app, variables).exit).toBe(0);
    const ready = await fetch(`http://127.0.0.1:${variables['PORT']}/readyz`);
    expect({ status: ready.status, text: await ready.text() }).toEqual({ status: 200, text: 'ready\n' });

    const doctor = asNobody([...image.argv.slice(0, -1), 'doctor', '--json'], app, variables);
    expect(await doctor.exit).toBe(0);

    bot.child.kill('SIGTERM');
    expect(await bot.exit).toBe(0);
    expect(await asNobody(image.healthcheck, app, variables).exit).toBe(1);
    unlock();
    expect(treeOf(app)).toEqual(before);
    expect(readdirSync(join(image.root, 'data'))).toContain('pitr-restore.sqlite');
  },
  install === 'real' ? 1_200_000 : 300_000,
);

/** The image's own, with its paths in the folder that stands for its root, and a port that is free. */
async function variablesOf({ root, variables }: Built): Promise<NodeJS.ProcessEnv> {
  const moved = Object.entries(variables).map(([name, value]) => [
    name,
    value.startsWith('/') ? join(root, value) : value,
  ]);
  return {
    ...Object.fromEntries(moved),
    PORT: String(await freePort()),
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function asNobody([program = '', ...args]: readonly string[], cwd: string, variables: NodeJS.ProcessEnv) {
  const who = isRoot ? { uid: nobody, gid: nobody } : {};
  const command = program === 'node' ? process.execPath : program;
  const child = spawn(command, args, { cwd, env: { PATH: process.env['PATH'], ...variables }, ...who });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += String(chunk);
    });
  }
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const said = async (text: string) => {
    while (!output.includes(text)) {
      if (child.exitCode !== null) throw new Error(`It ended without saying "${text}":\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, exit, said };
}

/**
 * Nobody can add or remove anything. The files themselves are hard links into this checkout, whose modes are left alone:
 * as root the tree is another user's anyway, and that none was changed is seen in the end.
 */
function lock(folder: string): () => void {
  execFileSync('find', [folder, '-type', 'd', '-exec', 'chmod', 'a-w', '{}', '+']);
  return () => execFileSync('find', [folder, '-type', 'd', '-exec', 'chmod', 'u+w', '{}', '+']);
}

function treeOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => {
    const { size, mtimeMs } = statSync(join(folder, name));
    return `${name} ${size} ${mtimeMs}`;
  });
}
