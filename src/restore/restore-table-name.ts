import { createHash } from 'node:crypto';
import type { Instant } from './restore-point.ts';

/** Longest table name AWS takes (CreateTable, API reference); its characters are `a-zA-Z0-9_.-`. */
const longestName = 255;
const hashDigits = 10;

/**
 * The name of the table that `table` is restored into: `{table}-restore-{YYYYMMDDTHHMMSSZ}`, the second being `at`. Where
 * that would be too long the table's part is cut and ends in a hash of the whole name: still one name for each table,
 * and always the same one. `nth`: of the requests of that second; the second one's tables end in `-2`.
 */
export function restoreTableName(table: string, at: Instant, nth = 1): string {
  const second = `${new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
  const suffix = `-restore-${second}${nth === 1 ? '' : `-${nth}`}`;
  return shortened(table, longestName - suffix.length) + suffix;
}

function shortened(table: string, length: number): string {
  if (table.length <= length) {
    return table;
  }
  const hash = createHash('sha256').update(table).digest('hex').slice(0, hashDigits);
  return `${table.slice(0, length - hash.length - 1)}-${hash}`;
}
