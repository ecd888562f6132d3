import type { FenceEvent } from '../events.ts';
import type { Instant } from '../restore-point.ts';

/** The fence around one live table, as far as the record knows. */
export type TableFence = {
  /**
   * `raising`: our statement may be in the table's policy; `raised`: it is; `proven`: AWS obeys it; `lowering`: it may be
   * gone; `lowered`: it is gone; `left`: we could not take it down.
   */
  readonly state: 'raising' | 'raised' | 'proven' | 'lowering' | 'lowered' | 'left';
  readonly arn: string;
  readonly sid: string;
  /** What the table's policy has to become again; absent: none. */
  readonly policyBefore?: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** Of the policy that was in place when the fence was proven. */
  readonly revisionId?: string;
};

const stateAfter = {
  'fence-raising': 'raising',
  'fence-raised': 'raised',
  'fence-proven': 'proven',
  'fence-lowering': 'lowering',
  'fence-lowered': 'lowered',
  'fence-left': 'left',
} as const satisfies Record<FenceEvent['type'], TableFence['state']>;

/** What one more event makes of a table's fence. */
export function fenceAfter(fence: TableFence | undefined, event: FenceEvent): { readonly fence?: TableFence } {
  const state = stateAfter[event.type];
  if (event.type === 'fence-raising') {
    const { type: _, label: __, ...intent } = event;
    return { fence: { ...intent, state } };
  }
  if (fence === undefined) return {};
  const proven =
    event.type === 'fence-proven' && event.revisionId !== undefined ? { revisionId: event.revisionId } : {};
  return { fence: { ...fence, ...proven, state } };
}
