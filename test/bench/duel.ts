/** Our swap, and the requirement's algorithm, on the same damage; each with the sandbox to itself. */
import { askOnce, pointedAt } from './child.ts';
import { type OurSwap, ourSwap, type Place } from './our-swap.ts';
import type { SwapOrder, SwapResult } from './requirement-swap.ts';
import { median } from './rows.ts';
import type { WritingWindow } from './sandbox.ts';
import type { Sandbox } from './with-sandbox.ts';

type Watched<Swap> = Swap & { readonly window: WritingWindow };
export type OurSwaps = readonly Watched<OurSwap>[];
export type Duel = { readonly ours: OurSwaps; readonly theirs: Watched<SwapResult> };

type Size = { readonly items: number; readonly times: number };

/** Ours `times` times, theirs once: what takes three seconds is at the mercy of what else the machine does. */
export async function duel(place: Place, sandbox: Sandbox, size: Size): Promise<Duel> {
  const ours = await ourSwaps(place, sandbox, size);
  const [live, restored] = ['theirs', 'theirs-restored'];
  await sandbox.tell({ do: 'table', table: live, items: size.items });
  await sandbox.tell({ do: 'copy', table: live, copy: restored });
  await sandbox.warmUp();
  const order: SwapOrder = { live, restored };
  const theirs = await askOnce<SwapResult>('requirement-swap.ts', order, pointedAt(place.url));
  return { ours, theirs: { ...theirs, window: await windowOf(sandbox, live) } };
}

/** One after the other, each on a table of its own. */
export async function ourSwaps(place: Place, sandbox: Sandbox, { items, times }: Size): Promise<OurSwaps> {
  const swaps: OurSwaps[number][] = [];
  for (let time = 0; time < times; time += 1) swaps.push(await swapOf(place, sandbox, items, `ours-${time}`));
  return swaps;
}

/** Ours, once, on a table that is there for it only. */
export async function swapOf(place: Place, sandbox: Sandbox, items: number, table = 'ours'): Promise<OurSwaps[number]> {
  await sandbox.tell({ do: 'table', table, items });
  await sandbox.warmUp();
  const swap = { ...(await ourSwap(table, place)), window: await windowOf(sandbox, table) };
  await sandbox.tell({ do: 'drop', tables: [table] });
  return swap;
}

function windowOf(sandbox: Sandbox, table: string): Promise<WritingWindow> {
  return sandbox.ask<WritingWindow>({ do: 'writing-window', table });
}

/** A figure of several swaps: the one in the middle, and all of them in words. */
export function middle(
  swaps: OurSwaps,
  figure: (swap: OurSwaps[number]) => number,
  shown: (value: number) => string,
): { readonly value: number; readonly shown: string } {
  const values = swaps.map(figure);
  const value = median(values);
  const all = values.every((one) => one === value) ? '' : ` (of ${values.map(shown).join(', ')})`;
  return { value, shown: `${shown(value)}${all}` };
}
