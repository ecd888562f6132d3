import type { Instant } from './zoned-time.ts';

export type RefusalCode =
  | 'future'
  | 'too-old'
  | 'too-recent'
  | 'date-without-time'
  | 'range'
  | 'several-times'
  | 'several-dates'
  | 'several-zones'
  | 'words-left-over'
  | 'not-understood'
  | 'too-long'
  | 'vague'
  | 'ambiguous-date'
  | 'ambiguous-day'
  | 'ambiguous-hour'
  | 'ambiguous-midnight'
  | 'ambiguous-zone'
  | 'unknown-zone'
  | 'zone-not-in-force'
  | 'two-digit-year'
  | 'weekday-mismatch'
  | 'no-such-date'
  | 'no-such-time'
  | 'fraction'
  | 'clock-change-twice'
  | 'clock-change-gap';

/** One thing the words can mean. `type` is the exact text that means only this. */
export type RestorePointCandidate = { readonly at: Instant; readonly label: string; readonly type: string };

export type RestorePointRefusal = {
  readonly code: RefusalCode;
  /** What was not accepted, and why. */
  readonly message: string;
  /** What to do instead; quotes the examples. */
  readonly hint: string;
  /** At least one text that is accepted when typed at this moment in this zone. */
  readonly examples: readonly string[];
  /** What the words can mean, when that is a short list. */
  readonly candidates?: readonly RestorePointCandidate[];
};

/** Ends a reading. Never leaves `readRestorePoint`, which checks the proposed texts and turns it into a refusal. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: RefusalCode;
  /** Texts that each say one of the possible meanings. */
  readonly readings: readonly string[];
  /** Texts that merely show how to say it. */
  readonly examples: readonly string[];

  constructor(
    code: RefusalCode,
    message: string,
    instead: { readonly readings?: readonly string[]; readonly examples?: readonly string[] } = {},
  ) {
    super(message);
    this.code = code;
    this.readings = instead.readings ?? [];
    this.examples = instead.examples ?? [];
  }
}

/** Words as they are quoted back: short, on one line, nothing invisible. */
export function quoted(words: string): string {
  const visible = words.replace(/[\p{Cc}\p{Cf}\p{Cs}]+/gu, '·').trim();
  return visible.length > 60 ? `"${visible.slice(0, 60).replace(/[\uD800-\uDBFF]$/, '')}…"` : `"${visible}"`;
}
