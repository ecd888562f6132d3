import { describeExisting } from '../describe-existing.ts';
import { UserError } from '../errors.ts';
import type { TableDescription, TablePolicy } from '../ports.ts';
import type { StepContext } from '../step.ts';
import { tableOf } from '../step.ts';
import { patiently } from './patiently.ts';
import { hasFence, samePolicy, withFence, withoutFence } from './policy.ts';
import { fenceStatement, sidOf } from './statement.ts';
import { fenceWindow, safetyMargin } from './window.ts';

/** From here on our statement is in the table's policy; it counts when its window starts. */
export async function raiseFence(context: StepContext, label: string): Promise<void> {
  const exempt = mustHaveRole(context);
  const { table, fence } = tableOf(context.run(), label);
  const description = await describeExisting(context.aws, table, context.signal);
  if (fence === undefined) await mustBeOpen(context, description, 'somebody');
  await patiently(context.clock, async () => attempt(context, label, description, exempt), context.signal);
  context.record({ type: 'fence-raised', label });
}

/** true: our statement is there. undefined: the policy was changed meanwhile. */
async function attempt(
  context: StepContext,
  label: string,
  { arn }: TableDescription,
  exempt: string,
): Promise<true | undefined> {
  const { aws, clock, record, run, signal } = context;
  const seen = await aws.fence.policy(arn, signal);
  const known = tableOf(run(), label).fence;
  // Put by ourselves: its reply was lost, or the process that sent it is gone.
  if (known !== undefined && hasFence(seen?.document, known.sid) && known.endsAt - clock.now() > 2 * safetyMargin) {
    return true;
  }
  const { id, request } = run();
  const sid = sidOf(id);
  const policyBefore = before(seen, sid, known?.policyBefore);
  const stillGood = known?.state === 'raising' && known.startsAt > clock.now() && known.policyBefore === policyBefore;
  const hadPolicy = seen !== undefined || known !== undefined;
  const { startsAt, endsAt } = stillGood ? known : fenceWindow(clock.now(), hadPolicy, request.options.timeoutMinutes);
  // Before it is written down: where it throws, nothing was done.
  const document = withFence(policyBefore, fenceStatement({ sid, arn, exempt, startsAt, endsAt }));
  if (!stillGood) {
    const kept = policyBefore === undefined ? {} : { policyBefore };
    record({ type: 'fence-raising', label, arn, sid, ...kept, startsAt, endsAt });
  }
  return (await aws.fence.putPolicy({ arn, document, seen })) ? true : undefined;
}

/** What the policy is without us: in the words we know it by, if it still says the same. */
function before(seen: TablePolicy | undefined, sid: string, known: string | undefined): string | undefined {
  if (seen === undefined || !hasFence(seen.document, sid)) return seen?.document;
  const rest = withoutFence(seen.document, sid);
  return samePolicy(rest, known) ? known : rest;
}

function mustHaveRole({ aws, environment }: StepContext): string {
  if (aws.fence.exempt !== undefined) return aws.fence.exempt;
  throw noRole(environment.name);
}

/** @throws UserError FENCE when a write that a probe tries is denied */
export async function mustBeOpen(
  { aws, signal }: StepContext,
  description: TableDescription,
  as: 'us' | 'somebody',
): Promise<void> {
  if ((await aws.fence.probe(description, as, signal)) === 'open') return;
  throw as === 'us' ? keepsUsOut(description.table) : deniedAlready(description.table);
}

export function noRole(environment: string): UserError {
  return new UserError(
    'FENCE',
    `The fence needs a role for ${environment}: it lets our own writes through by the name of the role's session, and proves that it is closed under another one.`,
    `Set roleArn for ${environment} in the configuration, or ask without the fence.`,
  );
}

function deniedAlready(table: string): UserError {
  return new UserError(
    'FENCE',
    `Writes to ${table} are denied to our role already, so a fence around it could not be proven.`,
    `Allow dynamodb:DeleteItem on ${table} to the role for every session name, or ask without the fence.`,
  );
}

function keepsUsOut(table: string): UserError {
  return new UserError(
    'FENCE',
    `The fence on ${table} keeps our own writes out, too.`,
    "See that nothing changes the name of the role's session, or ask without the fence.",
  );
}
