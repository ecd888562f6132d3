import type { Wire } from '../wire.ts';
import type { Region } from './region.ts';

/** One request to a region, and what a fault told in advance changes about it. */
export type Request = {
  readonly region: Region;
  readonly body: Wire;
  /** How many requests of a batch to leave undone. */
  readonly leaveUnprocessed?: number;
  /** How long the restore of this request takes, in milliseconds; Infinity for one that never ends. */
  readonly restoreMs?: number;
};

/** @throws AwsError what DynamoDB would answer */
export type Operation = (request: Request) => Promise<Wire>;
