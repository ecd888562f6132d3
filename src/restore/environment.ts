import { UserError } from './errors.ts';
import type { FenceMode, OnConflict } from './request.ts';

/** When a person (or a flag) must confirm the plan before live tables are written. */
export type PlanConfirmation = 'never' | 'when-counts-differ' | 'always';

/** A table as people call it (`label`) and as AWS knows it (`table`). */
export type TableRef = { readonly label: string; readonly table: string };

/** A named set of tables, and who may do what with it. Comes from the configuration only. */
export type Environment = {
  readonly name: string;
  readonly region: string;
  /** IAM role to assume for every AWS call of this environment. */
  readonly roleArn?: string;
  readonly tables: readonly TableRef[];
  /** Slack user ids who may ask for a restore. */
  readonly admins: readonly string[];
  /** Slack user ids who may approve somebody else's request. */
  readonly approvers: readonly string[];
  /** How many approvals a request needs; 0: no second person. */
  readonly approvals: number;
  /** Slack channel ids the bot may be used in for this environment; empty: every channel the bot is in. */
  readonly channels: readonly string[];
  readonly planConfirmation: PlanConfirmation;
  /** A reason must be given (prod). */
  readonly reasonRequired: boolean;
  /** Minutes until every restore table must be ACTIVE. */
  readonly timeoutMinutes: number;
  /** What a request does unless it says something else. */
  readonly onConflict: OnConflict;
  readonly fence: FenceMode;
  /** Ceilings per table, in capacity units per second; absent: as much as the table takes. */
  readonly maxReadUnits?: number;
  readonly maxWriteUnits?: number;
  /** Slack user group ids whose members are admins, or approvers, as well. */
  readonly adminGroups?: readonly string[];
  readonly approverGroups?: readonly string[];
  /** Slack user and group ids that are mentioned, once, when a restore fails. */
  readonly alert?: readonly string[];
  /** An approver has to type the environment's name. */
  readonly approvalStepUp?: boolean;
  /** Days after which a drill is overdue; absent: nobody is reminded. */
  readonly drillEveryDays?: number;
  /** IAM role whose writes the fence must keep out, assumed to prove that it does. */
  readonly fenceProbeRoleArn?: string;
};

/**
 * The tables a request is about: all of the environment, or the named ones (by label or by table name).
 * @throws UserError UNKNOWN_TABLE naming the wrong word and the right ones.
 */
export function selectTables(environment: Environment, words: readonly string[]): readonly TableRef[] {
  if (words.length === 0) return environment.tables;
  const selected = words.map((word) => {
    const found = environment.tables.find((ref) => ref.label === word || ref.table === word);
    if (found === undefined) {
      const known = environment.tables.map((ref) => ref.label).join(', ');
      throw new UserError(
        'UNKNOWN_TABLE',
        `${environment.name} has no table called "${word}".`,
        `Tables of ${environment.name}: ${known}. Leave --tables out to restore all of them.`,
      );
    }
    return found;
  });
  return environment.tables.filter((ref) => selected.includes(ref));
}

/**
 * The short name shown to people: the table's name from its label on (`quote-lambda-tf-user-likes-dev` is
 * `user-likes-dev`), as in the requirement's console lines; the label where the name does not contain it.
 */
export function displayName(ref: TableRef): string {
  const start = ref.table.lastIndexOf(ref.label);
  return start < 0 ? ref.label : ref.table.slice(start);
}
