import type { AuditReport } from '../restore/audit-chain.ts';
import { withRecord } from './open-parts.ts';
import type { ExitCode, Terminal } from './terminal.ts';

/** `audit verify`: looks whether every event is as it was written. 1 when one is not. */
export async function auditVerify(terminal: Terminal): Promise<ExitCode> {
  return await withRecord(terminal, async ({ audit }) => {
    const report = audit.auditVerify();
    terminal.stdout.write(auditText(report));
    return report.intact ? 0 : 1;
  });
}

/** `audit export`: every event as a line of JSON. */
export async function auditExport(terminal: Terminal): Promise<ExitCode> {
  return await withRecord(terminal, async ({ audit }) => {
    await audit.auditExport((line) => {
      terminal.stdout.write(line);
    });
    return 0;
  });
}

/** What was found, as people read it. Pure. */
export function auditText({ rows, end, findings, intact }: AuditReport): string {
  const count = rows === 1 ? '1 row' : `${rows} rows`;
  const lines = intact
    ? [
        `The audit trail is whole: ${count}, each as it was written.`,
        ...(end.seq === 0 ? [] : [`It ends with row ${end.seq}, hash ${end.hash}.`, noteTheHash]),
      ]
    : [
        `The audit trail is not what was written. Of ${count}:`,
        ...findings.map(({ message }) => `✗ ${message}`),
        'Keep the file as it is, and compare it with an export or a backup from before: pitr-restore audit export',
      ];
  return `${lines.join('\n')}\n`;
}

const noteTheHash =
  'Note that hash in another place: who can write to the file could write a whole new trail, but not one that ends in it.';
