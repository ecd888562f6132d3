/** Mistakes that no single setting shows: tables named twice, approvals that nobody could ever give. */
import type { Environment } from '../restore/environment.ts';
import type { ConfiguredEnvironment } from './environments.ts';
import type { Mistake, Path } from './mistakes.ts';
import { writePath } from './mistakes.ts';

export type Findings = { readonly mistakes: readonly Mistake[]; readonly warnings: readonly string[] };

/** Whether anybody could approve what the environment's admins may ask for. */
export function checkApprovals(configured: ConfiguredEnvironment): Findings {
  const { environment, builtIn, path, unreadable } = configured;
  const { admins, adminGroups = [], approvers, approverGroups = [], approvals, name } = environment;
  if (['admins', 'adminGroups', 'approvers', 'approverGroups', 'approvals'].some((key) => unreadable.has(key)))
    return nothing;
  if (approvals === 0 && environment.approvalStepUp === true) {
    return warning(
      `${name}: approvalStepUp asks nobody for anything while approvals is 0: whoever asks for a restore starts it alone. Write approvals: 1, or leave approvalStepUp out.`,
    );
  }
  // Without people it is for the command line only, where nobody is asked.
  const people = [...admins, ...adminGroups, ...approvers];
  // Who is in a group is known to Slack alone, and changes there: it may well have enough people.
  if (approvals === 0 || people.length === 0 || approverGroups.length > 0) return nothing;
  const wayOut = builtIn ? 'Name another one in PITR_APPROVERS.' : 'Name another approver, or write approvals: 0.';
  if (approvers.length < approvals) {
    // Nobody asked for a built-in environment by name: one that is not set up for Slack yet is not a mistake.
    if (builtIn) return warning(`${name}: nobody can approve a restore in Slack yet. Set PITR_APPROVERS.`);
    const needed = approvals === 1 ? 'an approval is' : `${approvals} approvals are`;
    const has = approvers.length === 0 ? 'no approver is named' : `only ${approvers.length} may approve`;
    return mistake([...path, 'approvals'], `Nobody could ever approve this: ${needed} needed and ${has}. ${wayOut}`);
  }
  const stuck = admins.filter((admin) => approvers.filter((approver) => approver !== admin).length < approvals);
  if (stuck.length === 0) return nothing;
  const rule = 'nobody approves their own request';
  // Others than these may be admins by a group.
  if (stuck.length < admins.length || adminGroups.length > 0) {
    return warning(`${name}: a request of ${stuck.join(' or ')} can never be approved, as ${rule}. ${wayOut}`);
  }
  const who = admins.length === 1 ? `the only admin, ${admins[0]},` : 'every admin';
  return mistake(
    builtIn ? ['PITR_APPROVERS'] : [...path, 'approvers'],
    `Nobody could ever approve this in ${name}: ${who} is among the approvers, ${rule}, and too few are left. ${wayOut}`,
  );
}

/** Two names for one table would be two policies for the same data. Only the overrides of dev and prod may do that. */
export function checkTables(environments: readonly ConfiguredEnvironment[]): readonly Mistake[] {
  const seen: { readonly key: string; readonly path: Path; readonly of: ConfiguredEnvironment }[] = [];
  return environments.flatMap((of) =>
    of.environment.tables.flatMap(({ label, table }) => {
      const key = `${accountOf(of.environment)} ${of.environment.region} ${table}`;
      const path = [...of.path, 'tables', label];
      const first = seen.find((other) => other.key === key && (other.of === of || !(other.of.builtIn && of.builtIn)));
      seen.push({ key, path, of });
      if (first === undefined) return [];
      const sentence = `${table} is already ${writePath(first.path)}. A table belongs to one environment, under one label.`;
      return [{ path, sentence }];
    }),
  );
}

/** Labels that people or programs could not tell apart. */
export function checkLabels({ environment, path }: ConfiguredEnvironment): readonly Mistake[] {
  const { tables } = environment;
  return tables.flatMap(({ label }, index) => {
    const here = [...path, 'tables', label];
    const twin = tables.slice(0, index).find((other) => statusKey(other.label) === statusKey(label));
    if (twin !== undefined) {
      const sentence = `In the status file "${label}" and "${twin.label}" would be the same key, ${statusKey(label)}. Rename one.`;
      return [{ path: here, sentence }];
    }
    const namesake = tables.find((other) => other.label !== label && other.table === label);
    if (namesake === undefined) return [];
    const sentence = `"${label}" is also the name of the table called ${namesake.label}, so --tables ${label} could mean either. Rename the label.`;
    return [{ path: here, sentence }];
  });
}

const nothing: Findings = { mistakes: [], warnings: [] };

function mistake(path: Path, sentence: string): Findings {
  return { mistakes: [{ path, sentence }], warnings: [] };
}

function warning(sentence: string): Findings {
  return { mistakes: [], warnings: [sentence] };
}

/** Without a role the account is that of the credentials, whichever it is. */
function accountOf(environment: Environment): string {
  return environment.roleArn?.split(':')[4] ?? 'own';
}

function statusKey(label: string): string {
  return label.replaceAll('-', '_');
}
