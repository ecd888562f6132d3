import type { Clock } from '../../src/restore/ports.ts';
import type { Run } from '../../src/restore/run.ts';
import type { Call, End } from './crash-life.ts';
import { at, Life } from './crash-life.ts';
import type { Program, ProgramOptions } from './crash-program.ts';
import { Killed, startProgram } from './crash-program.ts';
import type { CrashWorld } from './crash-world.ts';

/** What is killed at every call it makes, and what comes before. */
export type Play = {
  /** By a program that nobody kills. */
  readonly prepare?: (world: CrashWorld, clock: Clock) => Promise<void>;
  readonly act: (program: Program, world: CrashWorld) => Promise<Run>;
  readonly options?: ProgramOptions;
};

/** What is left: the run as the second program ended it (undefined: there was none to go on with), and that program. */
export type Aftermath = { readonly resumed: Run | undefined; readonly second: Program };

/** The calls of a play that nobody disturbs, and how it ends. */
export async function undisturbed(
  world: CrashWorld,
  clock: Clock,
  { prepare, act, options }: Play,
): Promise<{ readonly calls: readonly Call[]; readonly run: Run }> {
  await prepare?.(world, clock);
  const life = new Life();
  const program = await startProgram(world, clock, 1, life, options);
  const run = await act(program, world);
  const calls = [...life.calls];
  await program.close();
  return { calls, run };
}

/** Plays until the end of the first program's life, and goes on with a second one. */
export async function killAndResume(
  world: CrashWorld,
  clock: Clock,
  { prepare, act, options }: Play,
  end: End,
  check: (aftermath: Aftermath) => Promise<void>,
): Promise<void> {
  await prepare?.(world, clock);
  const life = new Life(at(end));
  const first = await startProgram(world, clock, 1, life, options);
  const begun = act(first, world).catch(expectKilled);
  await Promise.race([begun, new Promise<void>((resolve) => life.onEnd(resolve))]);
  // What was under way when it died: let it try.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const second = await startProgram(world, clock, 2, new Life(), options);
  const [interrupted] = second.restores.interrupted();
  const resumed = interrupted === undefined ? undefined : await second.restores.resume(interrupted.id);
  await check({ resumed, second });
  await second.close();
  await first.close();
}

/**
 * Before each of these calls, and after it (with the reply lost), but where that is the same world and the same file:
 * after a read it is what it was before it, and before something is written to the file it is what it was after the call
 * before that.
 */
export function endsOf(calls: readonly Call[]): readonly End[] {
  return calls.flatMap((call): End[] => {
    const [before, after] = [{ ...call, when: 'before' } as const, { ...call, when: 'after' } as const];
    if (isRead(call)) return [before];
    return isRequest(call) ? [before, after] : [after];
  });
}

/** AWS's operations begin with a capital letter; what is written to the file does not. */
const isRequest = ({ name }: Call) => /^[A-Z]/.test(name);

const reads = ['Describe', 'Scan', 'BatchGetItem', 'Get', 'AssumeRole'];
const isRead = ({ name }: Call) => reads.some((read) => name.startsWith(read));

/** Without those that differ from others only in that the same was done before: a read once, anything else twice. */
export function withoutRepetitions(calls: readonly Call[]): readonly Call[] {
  const last = new Map(calls.map(({ name, turn }) => [name, turn]));
  return calls.filter(
    ({ name, turn }) => turn === 1 || (!isRead({ name, turn }) && (turn === 2 || turn === last.get(name))),
  );
}

function expectKilled(error: unknown): void {
  if (!(error instanceof Killed)) throw error;
}
