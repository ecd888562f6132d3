import type { RestoreRequest } from '../restore/request.ts';

/** What sort of run it is, for those who count them. */
export function kindOf({ drill, undoOf }: RestoreRequest): 'restore' | 'drill' | 'undo' {
  if (drill) return 'drill';
  return undoOf === undefined ? 'restore' : 'undo';
}
