/** Carries out a Dockerfile's instructions without Docker: every stage has a folder that stands for its root. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import type { Instruction, Stage } from './dockerfile.ts';

/** A user that owns nothing: nobody (65534), as whom a process can be started only by root. */
export const nobody = 65_534;
export const isRoot = process.getuid?.() === 0;

export type Built = {
  readonly root: string;
  /** In the image's own words. */
  readonly workdir: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly user: string | undefined;
  readonly healthcheck: readonly string[];
  readonly argv: readonly string[];
};

/**
 * How `npm ci` is carried out: for real, which fetches and compiles for minutes; or rehearsed, where npm only says what it
 * would do (which it does not where the lock file is wrong), and the packages that this checkout has from the same lock file
 * are taken.
 */
export type Install = 'real' | 'rehearsed';

/**
 * @param context the folder that COPY copies from, without what .dockerignore names
 * @param folder an empty one
 */
export function buildImage(stages: readonly Stage[], context: string, folder: string, install: Install): Built {
  const roots = new Map<string, string>();
  let built: Built | undefined;
  stages.forEach((stage, index) => {
    const root = join(folder, stage.name ?? `stage-${index}`);
    mkdirSync(root);
    roots.set(stage.name ?? '', root);
    built = carryOut(stage, { root, context, roots, install });
  });
  if (built === undefined) throw new Error('The Dockerfile has no stage');
  return built;
}

type Place = {
  readonly root: string;
  readonly context: string;
  readonly roots: ReadonlyMap<string, string>;
  readonly install: Install;
};

function carryOut({ instructions }: Stage, place: Place): Built {
  const of = <K extends Instruction['kind']>(kind: K) =>
    instructions.filter((each): each is Extract<Instruction, { readonly kind: K }> => each.kind === kind);
  let workdir = '/';
  for (const each of instructions) {
    if (each.kind === 'workdir') {
      workdir = each.value;
      mkdirSync(join(place.root, workdir), { recursive: true });
    }
    if (each.kind === 'copy') copy(each, workdir, place);
    if (each.kind === 'run') run(each.value, workdir, place);
  }
  const argv = [...(of('entrypoint').at(-1)?.argv ?? []), ...(of('cmd').at(-1)?.argv ?? [])];
  return {
    root: place.root,
    workdir,
    variables: Object.assign({}, ...of('env').map(({ variables }) => variables)),
    user: of('user').at(-1)?.value,
    healthcheck: of('healthcheck').at(-1)?.argv ?? [],
    argv,
  };
}

function copy(
  { from, sources, to }: Extract<Instruction, { readonly kind: 'copy' }>,
  workdir: string,
  { root, context, roots }: Place,
): void {
  const target = join(root, resolve(workdir, to));
  for (const source of sources) {
    const origin = from === undefined ? join(context, source) : join(roots.get(from) ?? '', source);
    // "./" takes the file in under its own name; a folder's contents go where the path says.
    const isIntoFolder = to.endsWith('/');
    const name = isIntoFolder ? join(target, basename(source)) : target;
    if (from === undefined) cpSync(origin, name, { recursive: true });
    else linkTree(origin, name);
  }
}

function run(command: string, workdir: string, { root, context, install }: Place): void {
  const cwd = join(root, workdir);
  const isRehearsed = command.startsWith('npm ci') && install === 'rehearsed';
  const here = command
    .replace(/^npm ci/, isRehearsed ? 'npm ci --dry-run' : 'npm ci')
    .replaceAll(/(?<=\s)\/(?=\w)/g, `${root}/`)
    .replaceAll(/chown node:node/g, isRoot ? `chown ${nobody}:${nobody}` : 'true');
  // What went wrong stands on stdout with some, on stderr with others.
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', here], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${command} failed:\n${stdout}${stderr}`);
  if (isRehearsed) seed(join(context, 'node_modules'), join(cwd, 'node_modules'));
}

/** npm writes its own list of what is installed in place; everything else it puts down anew. */
function seed(from: string, to: string): void {
  linkTree(from, to);
  const list = '.package-lock.json';
  const text = readFileSync(join(from, list));
  rmSync(join(to, list));
  writeFileSync(join(to, list), text);
}

/** Hard links: four hundred megabytes are not copied. */
export function linkTree(from: string, to: string): void {
  try {
    execFileSync('cp', ['-al', from, to], { stdio: 'ignore' });
  } catch {
    // Another file system.
    rmSync(to, { recursive: true, force: true });
    execFileSync('cp', ['-a', from, to]);
  }
}
