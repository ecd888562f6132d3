import { createHash } from 'node:crypto';
import type { PlanConfirmation, TableRef } from './environment.ts';
import type { Instant } from './restore-point.ts';
import type { RunId } from './run-id.ts';

/** Who did something. Slack people are known by ids only: names can be changed by anybody. */
export type Actor =
  | {
      readonly kind: 'slack';
      readonly userId: string;
      readonly teamId: string;
      /** User groups the person was in when they acted, of those the environment names: by which rule they could. */
      readonly groups?: readonly string[];
    }
  | { readonly kind: 'shell'; readonly user: string; readonly host: string }
  | { readonly kind: 'system' };

/** Where the request was made, and so where its story is told. */
export type Origin =
  | {
      readonly kind: 'slack';
      readonly channelId: string;
      readonly teamId: string;
      /** Digest of the form it was sent with, where Slack says which form it is: one form is one request. */
      readonly form?: string;
    }
  | { readonly kind: 'shell'; readonly workingDirectory: string };

/** What happens to an item that the application changed after the comparison: put back all the same, or left alone. */
export type OnConflict = 'overwrite' | 'keep';

/** Whether other writers are kept out of the live tables while they are written back. */
export type FenceMode = 'off' | 'writes';

type RestoreOptions = {
  readonly planConfirmation: PlanConfirmation;
  /** `--on-conflict`; either way what is overwritten is journalled first. */
  readonly onConflict: OnConflict;
  /** `--fence` */
  readonly fence: FenceMode;
  /** `--no-rollback`: leave a failed swap as it is. */
  readonly rollback: boolean;
  /** Minutes until every restore table must be ACTIVE. */
  readonly timeoutMinutes: number;
  /** `--dry-run`: every check that reads, and nothing else. */
  readonly dryRun: boolean;
};

/** What is asked for. It never changes once it is made: what runs is what was approved. */
export type RestoreRequest = {
  readonly environment: string;
  readonly region: string;
  /** The role every AWS call is made with; absent: the program's own credentials. */
  readonly roleArn?: string;
  readonly tables: readonly TableRef[];
  /** The instant the tables shall go back to; a whole second. */
  readonly restorePoint: Instant;
  /** What the person typed, and the zone it was read in. */
  readonly words: string;
  readonly timeZone: string;
  readonly requestedBy: Actor;
  readonly reason: string;
  /** A rehearsal: restores, compares, reports and deletes. Nothing is ever written to a live table. */
  readonly drill?: true;
  /** This request puts back what that run overwrote, instead of restoring anything. */
  readonly undoOf?: RunId;
  readonly options: RestoreOptions;
};

/**
 * SHA-256 over everything an approver agrees to: 64 hex digits. The first eight are shown to people. Who asked and why
 * are left out on purpose: they do not change what will happen.
 */
export function digestOf(request: RestoreRequest): string {
  const agreed = [
    request.environment,
    request.region,
    request.roleArn ?? null,
    request.tables.map((ref) => [ref.label, ref.table]),
    new Date(request.restorePoint).toISOString(),
    request.options.planConfirmation,
    request.options.rollback,
    request.options.timeoutMinutes,
    request.options.dryRun,
    request.options.onConflict,
    request.options.fence,
    request.undoOf ?? null,
    request.drill ?? null,
  ];
  return createHash('sha256').update(JSON.stringify(agreed)).digest('hex');
}

/** How a person is written in logs, on the console and in the audit trail. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'slack':
      return `slack:${actor.teamId}/${actor.userId}`;
    case 'shell':
      return `${actor.user}@${actor.host}`;
    case 'system':
      return 'pitr-restore';
  }
}

export function sameActor(a: Actor, b: Actor): boolean {
  return actorName(a) === actorName(b);
}
