/** Where a run works: region, role and tables, as they were asked for and agreed to. */
import type { Environment } from './environment.ts';
import { UserError } from './errors.ts';
import type { RestoreRequest } from './request.ts';
import type { Run } from './run.ts';

/** Where an environment is, as part of what is agreed to. */
export function placeOf({ region, roleArn }: Environment): Pick<RestoreRequest, 'region' | 'roleArn'> {
  return { region, ...(roleArn === undefined ? {} : { roleArn }) };
}

/** @throws UserError UNKNOWN_ENVIRONMENT */
export function environmentNamed(environments: readonly Environment[], name: string): Environment {
  const found = environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  const known = environments.map((environment) => environment.name).join(', ');
  throw new UserError('UNKNOWN_ENVIRONMENT', `There is no environment "${name}".`, `Environments: ${known}.`);
}

/**
 * What was asked for, and approved, names region, account and tables. The configuration may have been changed since; the
 * same words would then mean other tables.
 * @throws UserError OUT_OF_DATE
 */
export function mustBeAsAsked(request: RestoreRequest, environment: Environment): void {
  if (isAsAsked(request, environment)) return;
  throw new UserError('OUT_OF_DATE', hasChanged(request), 'Ask again, or set the configuration back.');
}

/**
 * An undo works where the restore did: nowhere else is there anything to put back.
 * @throws UserError OUT_OF_DATE
 */
export function mustBeWhereItWas({ id, request }: Run, environment: Environment): void {
  if (isAsAsked(request, environment)) return;
  throw new UserError(
    'OUT_OF_DATE',
    `The configuration of ${environment.name} has changed since ${id}: its region, role or tables are others now.`,
    'What it overwrote can only be put back where it was: set the configuration back for that.',
  );
}

/**
 * Where an interrupted run goes on. Forward only as long as the configuration still says what was approved. Back, where
 * it was begun: what is half written there must not stay so because somebody edited a file.
 * @throws UserError OUT_OF_DATE
 */
export function placeToGoOn(run: Run, environments: readonly Environment[]): Environment {
  const { id, request, cancelRequested, rollback } = run;
  const today = environments.find(({ name }) => name === request.environment);
  if (cancelRequested || rollback !== undefined) return asItWas(request, today);
  if (today !== undefined && isAsAsked(request, today)) return today;
  throw new UserError(
    'OUT_OF_DATE',
    hasChanged(request),
    `Set the configuration back, and it can go on: \`resume ${id}\`. Or stop it, and what it wrote is put back where it was written: \`cancel ${id}\`.`,
  );
}

/** The environment of a request as the request has it: also when the configuration knows it no longer. */
export function asItWas(request: RestoreRequest, today: Environment | undefined): Environment {
  const { roleArn: _, ...rest } = today ?? nobodys(request);
  const { region, roleArn, tables } = request;
  return { ...rest, region, ...(roleArn === undefined ? {} : { roleArn }), tables };
}

function isAsAsked({ region, roleArn, tables }: RestoreRequest, environment: Environment): boolean {
  const areSameTables = tables.every(({ label, table }) =>
    environment.tables.some((ref) => ref.label === label && ref.table === table),
  );
  return region === environment.region && roleArn === environment.roleArn && areSameTables;
}

function hasChanged({ environment }: RestoreRequest): string {
  return `The configuration of ${environment} has changed since this was asked: its region, role or tables are others now.`;
}

/** In an environment that is gone nobody has a say any more but who asked, and the machine's own shell. */
function nobodys({ environment, region, tables, options }: RestoreRequest): Environment {
  return {
    name: environment,
    region,
    tables,
    admins: [],
    approvers: [],
    approvals: 1,
    channels: [],
    planConfirmation: options.planConfirmation,
    reasonRequired: false,
    timeoutMinutes: options.timeoutMinutes,
    onConflict: options.onConflict,
    fence: options.fence,
  };
}
