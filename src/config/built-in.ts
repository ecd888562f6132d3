import type { TableRef } from '../restore/environment.ts';
import type { ConfiguredEnvironment } from './environments.ts';
import type { Variables } from './variables.ts';

/** The requirement's tables: label, name in prod, and the variable that overrides the name. */
const tables = [
  { label: 'quotes', table: 'quote-lambda-tf-quotes', variable: 'DYNAMODB_TABLE' },
  { label: 'user-likes', table: 'quote-lambda-tf-user-likes', variable: 'DYNAMODB_USER_LIKES_TABLE' },
  { label: 'user-views', table: 'quote-lambda-tf-user-views', variable: 'DYNAMODB_USER_VIEWS_TABLE' },
] as const;

/**
 * `dev` and `prod`. The table variables are exact names, for both of them: nothing is appended. As `dev` may then well
 * hold production's tables, it follows prod's rules (approval, reason) while any of them is set.
 */
export function builtInEnvironments(
  variables: Variables,
  unreadable: ReadonlySet<string>,
): readonly ConfiguredEnvironment[] {
  const overridden = tables.some(({ variable }) => variables[variable] !== undefined);
  return [
    configured('dev', tablesWith('-dev', variables), overridden, variables, unreadable),
    configured('prod', tablesWith('', variables), true, variables, unreadable),
  ];
}

/** Some variable for the built-in environments is set: so they are wanted, also beside a configuration file. */
export function wantsBuiltIns(variables: Variables): boolean {
  const ids = [...variables.PITR_ADMINS, ...variables.PITR_APPROVERS, ...variables.PITR_CHANNELS];
  return ids.length > 0 || tables.some(({ variable }) => variables[variable] !== undefined);
}

function configured(
  name: string,
  refs: readonly TableRef[],
  secondPerson: boolean,
  variables: Variables,
  unreadable: ReadonlySet<string>,
): ConfiguredEnvironment {
  const environment = {
    name,
    region: variables.AWS_REGION,
    tables: refs,
    admins: variables.PITR_ADMINS,
    approvers: variables.PITR_APPROVERS,
    approvals: secondPerson ? 1 : 0,
    channels: variables.PITR_CHANNELS,
    planConfirmation: 'when-counts-differ',
    reasonRequired: secondPerson,
    timeoutMinutes: variables.RESTORE_TIMEOUT_MINUTES,
    onConflict: 'overwrite',
    fence: 'off',
  } as const;
  return { environment, builtIn: true, path: [name], unreadable };
}

function tablesWith(suffix: string, variables: Variables): readonly TableRef[] {
  return tables.map(({ label, table, variable }) => ({ label, table: variables[variable] ?? `${table}${suffix}` }));
}
