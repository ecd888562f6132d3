import type { CostEstimate } from './cost.ts';
import { expectedCost } from './cost.ts';
import type { Environment } from './environment.ts';
import type { TableDescription } from './ports.ts';
import { type RestoreDuration, restoreDuration } from './restore-duration.ts';
import type { Run } from './run.ts';

/** What a restore of some tables will take, before it begins: rough, and said so. */
export type Expectation = {
  readonly restore: RestoreDuration;
  /** Reading all of them twice, in ms: before and after what differs is written. */
  readonly readingMs: number;
  readonly cost: CostEstimate;
};

/** A page of a strongly consistent scan costs a unit for so many bytes. */
const bytesPerUnit = 4096;
/** Of a new on-demand table, and what is taken of it at speed `normal`. */
const newTableUnits = 12_000;
const normalShare = 0.9;

/** Pure. `history`: earlier runs, newest first. */
export function whatToExpect(
  { region, maxReadUnits = Number.POSITIVE_INFINITY }: Pick<Environment, 'region' | 'maxReadUnits'>,
  descriptions: readonly TableDescription[],
  history: readonly Run[],
): Expectation {
  const reading = descriptions.map(({ approximateBytes, provisioned }) => {
    const given = (provisioned?.readUnits ?? newTableUnits) * normalShare;
    const perSecond = Math.max(1, Math.min(given, maxReadUnits));
    return (approximateBytes / bytesPerUnit / perSecond) * 1000;
  });
  const tables = descriptions.map(({ table }) => table);
  const bytes = descriptions.reduce((sum, { approximateBytes }) => sum + approximateBytes, 0);
  return {
    restore: restoreDuration(tables, history),
    // The tables are read side by side.
    readingMs: 2 * Math.max(0, ...reading),
    cost: expectedCost({ bytes }, region),
  };
}

/** `about 6 min (AWS took that long before) and 2 min of reading`: as exact as anybody can know. */
export function expectationSentence({ restore, readingMs }: Expectation): string {
  const copy =
    restore.from === 0
      ? `AWS often takes ${minutes(restore.likelyMs)} for the copies, seldom more than an hour`
      : `AWS took about ${minutes(restore.likelyMs)} for the copies the last ${restore.from === 1 ? 'time' : 'times'}`;
  return `${copy}; reading both sides twice takes about ${minutes(readingMs)} more`;
}

function minutes(ms: number): string {
  const whole = Math.max(1, Math.ceil(ms / 60_000));
  return whole < 120 ? `${whole} min` : `${Math.round(whole / 60)} h`;
}
