/** The sandbox as a child, for as long as something is measured on it. */
import { type Child, startChild } from './child.ts';
import type { Place } from './our-swap.ts';
import type { SandboxOrder } from './sandbox.ts';
import { warmUp } from './warm-up.ts';

export type Sandbox = Pick<Child, 'ask'> & {
  tell(order: SandboxOrder): Promise<unknown>;
  /** Right before something is measured, when its tables are there: V8 forgets what was compiled, too. */
  warmUp(): Promise<void>;
};

export type Measuring<Result> = (place: Place, sandbox: Sandbox) => Promise<Result>;

export async function withSandbox<Result>(
  { scanOrder, warmUpItems }: { readonly scanOrder: 'hash' | 'shuffled'; readonly warmUpItems: number },
  act: Measuring<Result>,
): Promise<Result> {
  const sandbox: Child = startChild('sandbox.ts');
  try {
    const place = await sandbox.ask<Place>({ do: 'start', scanOrder });
    return await act(place, {
      ...sandbox,
      tell: (order) => sandbox.ask(order),
      warmUp: () => warmUp(sandbox, place, warmUpItems),
    });
  } finally {
    await sandbox.stop();
  }
}
