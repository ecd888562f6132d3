import type { Instant } from './restore-point.ts';

/** `restore-2025-12-19T10-30-00Z`, as in the requirement; `-2` and so on when the second is taken. */
export type RunId = string;

/** The second of the request that an id was made from, and which one it is of the requests of that second. */
export function stampOf(runId: RunId): { readonly requestedAt: Instant; readonly nth: number } {
  const [, day, hour, minute, second, nth = '1'] = /^restore-(.{10})T(..)-(..)-(..)Z(?:-(\d+))?$/.exec(runId) ?? [];
  const requestedAt = Date.parse(`${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(requestedAt)) throw new Error(`${runId} is not the id of a run`);
  return { requestedAt, nth: Number(nth) };
}
