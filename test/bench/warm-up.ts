import { askOnce, type Child, pointedAt } from './child.ts';
import { ourSwap, type Place } from './our-swap.ts';
import type { SwapOrder } from './requirement-swap.ts';
import type { SandboxOrder } from './sandbox.ts';

/**
 * Has each side swap a small table of which every item is damaged, so that the sandbox's code is compiled for what either of
 * them sends: what it stands in for is never cold. Both sides themselves begin cold, as processes of their own.
 */
export async function warmUp(sandbox: Pick<Child, 'ask'>, place: Place, items: number): Promise<void> {
  const tell = (order: SandboxOrder) => sandbox.ask(order);
  const [ours, live, restored] = ['warm-up', 'their-warm-up', 'their-warm-up-restored'];
  for (const table of [ours, live]) await tell({ do: 'table', table, items, damagedOneIn: 1 });
  await tell({ do: 'copy', table: live, copy: restored });
  await ourSwap(ours, place);
  await askOnce('requirement-swap.ts', { live, restored } satisfies SwapOrder, pointedAt(place.url));
  await tell({ do: 'drop', tables: [ours, live, restored] });
}
