import type { RunId } from '../run-id.ts';
import type { FenceWindow } from './window.ts';

/**
 * What writes items. Transactions are authorised action by action; reads and every action on the policy itself stay
 * allowed: a fence must never lock out whoever has to take it down.
 */
const deniedActions = [
  'dynamodb:PutItem',
  'dynamodb:UpdateItem',
  'dynamodb:DeleteItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
] as const;

/** The id of a run's statement: IAM takes letters and digits only. */
export function sidOf(runId: RunId): string {
  return `PitrFence${runId.replaceAll(/[^A-Za-z0-9]/g, '')}`;
}

/**
 * Denies every write of items to everybody, within the window, but to the sessions whose `aws:userid` is like `exempt`.
 * A request without that key is denied, too: IAM's negated operators hold where the key is missing.
 */
export function fenceStatement(
  fence: FenceWindow & { readonly sid: string; readonly arn: string; readonly exempt: string },
): object {
  return {
    Sid: fence.sid,
    Effect: 'Deny',
    Principal: '*',
    Action: deniedActions,
    Resource: fence.arn,
    Condition: {
      DateGreaterThan: { 'aws:CurrentTime': iamDate(fence.startsAt) },
      DateLessThan: { 'aws:CurrentTime': iamDate(fence.endsAt) },
      StringNotLike: { 'aws:userid': fence.exempt },
    },
  };
}

function iamDate(instant: number): string {
  return new Date(instant).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
