import type { Config } from '../config.ts';
import { type DrillRecord, drillRecords, overdueSentence } from '../restore/drills.ts';
import type { Environment } from '../restore/environment.ts';
import { openDatabase } from '../sqlite/database.ts';
import { SqliteEventLog } from '../sqlite/event-log.ts';
import { type Finding, notTested, ok, type Section, warning } from './finding.ts';

/** @param readable whether the state file is there, whole and of this version, so that opening it changes nothing */
export function examineDrills(
  { databaseFile }: Config,
  environments: readonly Environment[],
  readable: boolean,
  now: number,
): Section {
  return {
    title: 'Drills',
    findings: readable ? recorded(databaseFile, environments, now) : environments.map(unknown),
  };
}

function recorded(databaseFile: string, environments: readonly Environment[], now: number): readonly Finding[] {
  const db = openDatabase(databaseFile);
  try {
    const log = new SqliteEventLog(db, () => now);
    return drillRecords(environments, (name) => log.drillsOf(name), now).map((record) => finding(record, now));
  } finally {
    db.close();
  }
}

function unknown({ name, drillEveryDays }: Environment): Finding {
  const about = { check: 'drill', subject: name };
  const record = { environment: name, ...(drillEveryDays === undefined ? {} : { everyDays: drillEveryDays }) };
  if (drillEveryDays === undefined) return notTested(about, `When ${name} was last drilled: there is no record yet.`);
  return finding({ ...record, overdue: true }, 0);
}

function finding(record: DrillRecord, now: number): Finding {
  const { environment, lastAt, everyDays } = record;
  const about = { check: 'drill', subject: environment };
  const overdue = overdueSentence(record, now);
  if (overdue !== undefined) return warning(about, overdue, `Type: pitr-restore drill ${environment}`);
  const last = lastAt === undefined ? 'none yet' : `the last one on ${new Date(lastAt).toISOString().slice(0, 10)}`;
  const due = everyDays === undefined ? 'drillEveryDays is not set' : `due every ${everyDays} days`;
  return ok(about, `Drills of ${environment}: ${last}; ${due}.`);
}
