import type { TableRef } from '../environment.ts';
import type { Aws, RecoveryWindow, TableDescription } from '../ports.ts';
import type { RestoreRequest } from '../request.ts';
import type { Instant } from '../restore-point.ts';
import type { CheckResult } from '../restores.ts';

/** What a check finds out about one table. */
export type Finding = Pick<CheckResult, 'status' | 'message' | 'hint'>;

/** A table under examination. AWS is asked for each fact once, when the first check wants it. */
export interface Subject {
  readonly ref: TableRef;
  readonly request: RestoreRequest;
  readonly now: Instant;
  readonly aws: Aws;
  readonly signal: AbortSignal | undefined;
  /** The name of the table it will be restored into, and whether a table of that name is known to be ours. */
  readonly restoreTable: string;
  readonly restoreTableIsOurs: boolean;
  description(): Promise<TableDescription | undefined>;
  window(): Promise<RecoveryWindow>;
}

export type Check = {
  readonly name: string;
  /** Checks that make no sense, or only say the same again, once one of these has failed. */
  readonly after: readonly string[];
  /** Which requests it is made for; absent: all. */
  readonly isFor?: (request: RestoreRequest) => boolean;
  look(subject: Subject): Promise<Finding>;
};

export function passed(message: string): Finding {
  return { status: 'passed', message, hint: '' };
}

export function warning(message: string, hint: string): Finding {
  return { status: 'warning', message, hint };
}

export function failed(message: string, hint: string): Finding {
  return { status: 'failed', message, hint };
}
