import type { AuditEnd, AuditReport, AuditRow } from './audit-chain.ts';
import { verifyChain } from './audit-chain.ts';

/** The event log as an auditor reads it. */
export interface AuditTrail {
  /** Shows all rows by `seq`, and the recorded end, as of one instant. */
  snapshot<T>(look: (rows: Iterable<AuditRow>, end: AuditEnd | undefined) => T): T;
  rowsAfter(seq: number, limit: number): readonly AuditRow[];
}

/** What a person can ask of the audit trail. */
export interface AuditUseCases {
  auditVerify(): AuditReport;
  /**
   * Writes the events as JSON Lines, oldest first, instants in ISO 8601, and waits for each `write`. Changes nothing and
   * checks nothing: a row that cannot be read any more goes out as the text it is.
   * @returns how many lines
   */
  auditExport(write: (line: string) => void | Promise<void>): Promise<number>;
}

const rowsPerPage = 500;

export function makeAudit(trail: AuditTrail): AuditUseCases {
  return {
    auditVerify: () => trail.snapshot(verifyChain),
    async auditExport(write) {
      let lines = 0;
      let page = trail.rowsAfter(0, rowsPerPage);
      for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
        for (const row of page) await write(exportLine(row));
        lines += page.length;
        page = trail.rowsAfter(last.seq, rowsPerPage);
      }
      return lines;
    },
  };
}

/** One event as a line, its end included. */
function exportLine({ seq, at, runId, body, hash }: AuditRow): string {
  return `${JSON.stringify({ seq, at: new Date(at).toISOString(), runId, event: eventIn(body), hash })}\n`;
}

/** Names under which events hold instants; in the file they are milliseconds. */
const instants = new Set([
  ...['restorePoint', 'restorableUntil', 'expiresAt', 'takenAt', 'answerBy', 'startsAt', 'endsAt', 'opensAt'],
]);

function eventIn(body: string): unknown {
  try {
    return JSON.parse(body, (name, value: unknown) =>
      instants.has(name) && typeof value === 'number' ? new Date(value).toISOString() : value,
    );
  } catch {
    return body;
  }
}
