/** Our swap, and the requirement's algorithm, on the same damage; each with the sandbox to itself. */
import { askOnce, pointedAt } from './child.ts';
import { type OurSwap, ourSwap, type Place } from './our-swap.ts';
import type { SwapOrder, SwapResult } from './requirement-swap.ts';
import { median } from './rows.ts';
import type { WritingWindow } from './sandbox.ts';
import type { Sandbox } from './with-sandbox.ts';

type Watched<Swap> = Swap & { readonly window: WritingWindow };
/** What is known of either side's swaps. */
export type Swaps = readonly Watched<SwapResult>[];
export type OurSwaps = readonly Watched<OurSwap>[];
export type Duel = { readonly ours: OurSwaps; readonly theirs: Swaps };

type Size = { readonly items: number; readonly times: number };

/** Each `times` times, in turns: what else the machine does meanwhile meets both alike. */
export async function duel(place: Place, sandbox: Sandbox, { items, times }: Size): Promise<Duel> {
  const ours: OurSwaps[number][] = [];
  const theirs: Swaps[number][] = [];
  for (let time = 0; time < times; time += 1) {
    ours.push(await swapOf(place, sandbox, items));
    theirs.push(await theirSwapOf(place, sandbox, items));
  }
  return { ours, theirs };
}

/** Ours alone, several times. */
export async function ourSwaps(place: Place, sandbox: Sandbox, { items, times }: Size): Promise<OurSwaps> {
  const swaps: OurSwaps[number][] = [];
  for (let time = 0; time < times; time += 1) swaps.push(await swapOf(place, sandbox, items));
  return swaps;
}

/** Ours, once. */
export function swapOf(place: Place, sandbox: Sandbox, items: number): Promise<OurSwaps[number]> {
  return onTable(sandbox, { live: 'ours', items }, () => ourSwap('ours', place));
}

function theirSwapOf(place: Place, sandbox: Sandbox, items: number): Promise<Swaps[number]> {
  const order: SwapOrder = { live: 'theirs', restored: 'theirs-restored' };
  return onTable(sandbox, { ...order, items }, () => askOnce('requirement-swap.ts', order, pointedAt(place.url)));
}

type TableOrder = { readonly live: string; readonly restored?: string; readonly items: number };

/** Carries out a swap of a table, and its copy where there must be one, that are there for it only. */
async function onTable<Swap>(
  sandbox: Sandbox,
  { live, restored, items }: TableOrder,
  act: () => Promise<Swap>,
): Promise<Watched<Swap>> {
  await sandbox.tell({ do: 'table', table: live, items });
  if (restored !== undefined) await sandbox.tell({ do: 'copy', table: live, copy: restored });
  await sandbox.warmUp();
  const swap = { ...(await act()), window: await windowOf(sandbox, live) };
  await sandbox.tell({ do: 'drop', tables: restored === undefined ? [live] : [live, restored] });
  // Now: what it has left takes seconds to clear away, for which whoever is measured next would wait.
  await sandbox.tell({ do: 'collect-garbage' });
  return swap;
}

function windowOf(sandbox: Sandbox, table: string): Promise<WritingWindow> {
  return sandbox.ask<WritingWindow>({ do: 'writing-window', table });
}

/** A figure of several swaps: the one in the middle, and all of them in words. */
export function middle<Swap>(
  swaps: readonly Swap[],
  figure: (swap: Swap) => number,
  shown: (value: number) => string,
): { readonly value: number; readonly shown: string } {
  const values = swaps.map(figure);
  const value = median(values);
  const all = values.every((one) => one === value) ? '' : ` (of ${values.map(shown).join(', ')})`;
  return { value, shown: `${shown(value)}${all}` };
}
