import type { MessagePort } from 'node:worker_threads';
import type { Posted, Posting } from '../dynamodb/post-writes.ts';
import type { Comparison, ComparisonProgress, Difference } from '../restore/compare.ts';
import type { ComparisonOrder } from '../restore/comparer.ts';
import type { Environment } from '../restore/environment.ts';
import type { Trouble } from './trouble.ts';

/** What a thread is told to do. The tables' items come to it straight from AWS. */
export type Task = Omit<ComparisonOrder, 'speed' | 'signal' | 'onDifferences' | 'onProgress'> & {
  /** Where the temporary file of the comparison may lie. */
  readonly overflowDirectory: string;
  /** The speed, kept up to date by who gave the task. */
  readonly speed: SharedArrayBuffer;
  /** Carries what belongs to this task while it is under way. */
  readonly port: MessagePort;
};

/** How a task ended. What is thrown by a thread loses its class on the way, so nothing is. */
export type Outcome = (
  | { readonly kind: 'compared'; readonly comparison: Comparison }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly trouble: Trouble }
) & {
  /** How far it came; undefined: nothing was read. */
  readonly progress: ComparisonProgress | undefined;
};

/** From the thread that compares. */
export type FromWorker =
  /** The thread goes on when this batch was taken. */
  | { readonly kind: 'differences'; readonly batch: readonly Difference[] }
  | { readonly kind: 'progress'; readonly soFar: ComparisonProgress };

/** To the thread that compares. */
export type ToWorker =
  | { readonly kind: 'taken' }
  /** Nobody wants to know any more. */
  | { readonly kind: 'stop' };

/** Whose writes a thread is to send. */
export type PostingTask = {
  readonly environment: Environment;
  /** Carries `Letters` to the thread, and `Answers` back, an empty one first; once it is closed, the task ends. */
  readonly port: MessagePort;
};

export type Letters = {
  /** When the first of them was handed over, in milliseconds since the epoch. */
  readonly at: number;
  readonly letters: readonly { readonly id: number; readonly posting: Posting }[];
};

/** What became of one. */
export type Answer =
  | { readonly posted: Posted }
  | { readonly notSent: 'not-signed' | 'too-late' }
  | { readonly trouble: Trouble };

/** By the ids of what was posted. */
export type Answers = readonly (Answer & { readonly id: number })[];
