import { selectTables } from '../restore/environment.ts';
import { describeInstant } from '../restore/restore-point/zoned-time.ts';
import type { Instant } from '../restore/restore-point.ts';
import type { EnvironmentOutlook } from '../restore/restores.ts';
import type { ListRestorePointsCommand } from './arguments.ts';
import { withParts } from './open-parts.ts';
import { writeTable } from './table.ts';
import type { ExitCode, Terminal } from './terminal.ts';
import { timeZoneHere } from './this-shell.ts';

/** `--list-restore-points`: what each table can be restored to, and what all of them can. */
export async function listRestorePoints(command: ListRestorePointsCommand, terminal: Terminal): Promise<ExitCode> {
  return await withParts(terminal, async ({ restores, clock }) => {
    const environment = restores.environment(command.environment);
    const labels = selectTables(environment, command.tables).map((ref) => ref.label);
    const outlook = await restores.outlook(environment, labels);
    const zone = command.timeZone ?? zoneToShow(terminal);
    terminal.stdout.write(
      command.json ? `${JSON.stringify(outlookJson(outlook))}\n` : outlookText(outlook, clock.now(), zone),
    );
    return 0;
  });
}

/** Nothing is read in it here: a wrong TZ is told, and UTC does. */
function zoneToShow({ stderr }: Terminal): string {
  const here = timeZoneHere();
  if ('zone' in here) return here.zone;
  stderr.write(`Warning: TZ is "${here.unknown}", which is no time zone. Times are shown in UTC.\n`);
  return 'UTC';
}

/** The restorable windows as people read them. Pure. */
export function outlookText(outlook: EnvironmentOutlook, now: Instant, zone: string): string {
  const { environment, tables, window } = outlook;
  const both = (at: Instant) => {
    const { local, utc } = describeInstant(at, now, zone);
    return `${local} (${utc})`;
  };
  const rows = tables.map(({ label, table, window: one }) => [
    label,
    table,
    one.enabled ? 'ENABLED' : 'DISABLED',
    one.enabled ? both(one.earliest) : '-',
    one.enabled ? both(one.latest) : '-',
  ]);
  const latest = describeInstant(window.latest, now, zone);
  return [
    `Restore points of ${environment}: any second of these windows`,
    '',
    writeTable([['LABEL', 'TABLE', 'PITR', 'EARLIEST', 'LATEST'], ...rows]),
    ...(window.earliest <= window.latest
      ? [
          `All of them together: ${both(window.earliest)} to ${both(window.latest)}, ${latest.ago}.`,
          '',
          `To check one: pitr-restore --environment ${environment} --restore-point ${latest.utc} --dry-run`,
        ]
      : ['There is no moment to which all of them can be restored. Name some of them with --tables.']),
    '',
  ].join('\n');
}

function outlookJson({ environment, tables, window }: EnvironmentOutlook) {
  const iso = (at: Instant) => new Date(at).toISOString();
  return {
    environment,
    earliest: iso(window.earliest),
    latest: iso(window.latest),
    tables: tables.map(({ label, table, window: one }) => ({
      label,
      table,
      pitr: one.enabled ? 'ENABLED' : 'DISABLED',
      ...(one.enabled ? { earliest: iso(one.earliest), latest: iso(one.latest) } : {}),
    })),
  };
}
