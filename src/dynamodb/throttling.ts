/** Which limit a refused request has met. */
export type Throttling =
  /** What the table, or one of its indexes, was given in a second. */
  | 'table'
  /** The account's quota for a table. */
  | 'account'
  /** A maximum that somebody has set on an on-demand table or index. */
  | 'on-demand-maximum'
  /** One part of the keys: the others may go on. A table on demand has no other limit below its account's. */
  | 'key-range'
  /** AWS did not say. */
  | 'unknown';

/** The end of a reason tells the limit, its beginning Table or Index, Read or Write (API_ThrottlingReason). */
const limits: readonly (readonly [ending: string, throttling: Throttling])[] = [
  ['AccountLimitExceeded', 'account'],
  ['MaxOnDemandThroughputExceeded', 'on-demand-maximum'],
  ['ProvisionedThroughputExceeded', 'table'],
  ['KeyRangeThroughputExceeded', 'key-range'],
];

/** Of several reasons the widest one counts. */
export function throttlingIn(error: unknown): Throttling {
  const reasons = throttlingReasons(error);
  const met = limits.find(([ending]) => reasons.some((reason) => reason.endsWith(ending)));
  return met?.[1] ?? 'unknown';
}

/** AWS's reasons, each once. The same member is spelled in two ways in the API model. */
export function throttlingReasons(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return [];
  const listed =
    'ThrottlingReasons' in error
      ? error.ThrottlingReasons
      : 'throttlingReasons' in error
        ? error.throttlingReasons
        : undefined;
  if (!Array.isArray(listed)) return [];
  const reasons = listed.map((entry: { readonly reason?: unknown } | null) => entry?.reason);
  return [...new Set(reasons.filter((reason) => typeof reason === 'string'))];
}
