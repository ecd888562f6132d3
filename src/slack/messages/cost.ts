/** What a run cost, as AWS counted it. */
import type { Run } from '../../restore/run.ts';
import { count, dollars, estimatedCost, prices, size } from '../measures.ts';

type Fact = readonly [name: string, value: string];

/** Before it runs: size and what that will cost. Nothing of an undo: it restores nothing. */
export function expectedCost({ size: expected }: Run): readonly Fact[] {
  if (expected === undefined) return [];
  const { items, bytes } = expected;
  return [['Size', `about ${count(items)} items, ${size(bytes)}; costs ${estimatedCost(bytes)} at AWS list prices`]];
}

/** After it ran; undefined: AWS told nothing. */
export function actualCost({ tables, size: expected, request }: Run): string | undefined {
  const consumed = tables.flatMap((table) => table.consumed ?? []);
  if (consumed.length === 0) return undefined;
  const reads = consumed.reduce((sum, { readUnits }) => sum + readUnits, 0);
  const writes = consumed.reduce((sum, { writeUnits }) => sum + writeUnits, 0);
  const restored = request.undoOf === undefined ? (expected?.bytes ?? 0) : 0;
  const total = reads * prices.readUnit + writes * prices.writeUnit + (restored / 1e9) * prices.restoredGigabyte;
  const parts = [
    `${count(Math.ceil(reads))} read units`,
    `${count(Math.ceil(writes))} write units`,
    ...(restored === 0 ? [] : [`about ${size(restored)} restored`]),
  ];
  return `${dollars(total)} at AWS list prices: ${parts.join(', ')}`;
}
