/** What can become of an entry of the journal. */
export const journalStates = [
  /** Nothing was written to the live table yet. */
  'pending',
  /** About to be written: after a crash nobody knows whether it was, but for AWS. */
  'attempted',
  'written',
  /** Written over an image that was to be kept: that one is to be put back at once, before anything else is written. */
  'to-put-back',
  /**
   * The application changed the item meanwhile: its image was to be kept, and nothing was written, or it was put back; or
   * it was always faster, and the item is left to the verification.
   */
  'kept',
  /** Not written: the application changed the item meanwhile, and a newer entry took its place. */
  'superseded',
  /**
   * The application changed the item, before or after our write: a request was sent, and its reply lost; or before what we
   * had written over could be put back. Where the run overwrites, a newer entry took its place; but what was there before
   * may be owed to a rollback.
   */
  'overtaken',
  /** Written, and put back by a rollback. */
  'put-back',
  /** Written, and changed by somebody else since: not put back. */
  'changed-since',
] as const;
export type JournalState = (typeof journalStates)[number];

/** What was written to the live table, or may have been: what a rollback and an undo put back. */
export const perhapsWritten: readonly JournalState[] = ['written', 'attempted', 'overtaken', 'to-put-back'];
