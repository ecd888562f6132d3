/** From the first word to the request on record: the modal that opens at once, fills in, and can be corrected in place. */
import type { ModalView } from '@slack/types';
import { type Environment, selectTables } from '../restore/environment.ts';
import { asUserError, UserError } from '../restore/errors.ts';
import { type Account, mayRequest } from '../restore/policy.ts';
import { checkWindow } from '../restore/restore-point/window.ts';
import { type Instant, readRestorePoint } from '../restore/restore-point.ts';
import type { EnvironmentOutlook, Wish } from '../restore/restores.ts';
import { askedBefore, originOf } from './asked-before.ts';
import { cautions, turnCautions } from './cautions.ts';
import { actorOf, type Desk, whoAndWhere } from './desk.ts';
import { showOutcome, startApproved } from './done.ts';
import type { Person } from './people.ts';
import { asked, askedAlready, refusedView } from './views/asked.ts';
import { correctView } from './views/correct.ts';
import { dryRunView } from './views/dry-run.ts';
import type { Done } from './views/modal.ts';
import { choicesOf } from './views/options.ts';
import { confirmView } from './views/restore.ts';
import { type Wanted, wishIn } from './views/wanted.ts';
import { type OpenView, showView } from './windows.ts';

/** Looks everything up and fills the modal; what goes wrong is shown in it, with the words to correct. */
export async function fillView(desk: Desk, open: OpenView, userId: string, wanted: Wanted): Promise<void> {
  await showView(desk, open, await nextView(desk, userId, wanted));
}

async function nextView(desk: Desk, userId: string, wanted: Wanted): Promise<ModalView> {
  try {
    return await lookUp(desk, userId, wanted);
  } catch (error) {
    if (error instanceof UserError) return correctView(wanted, error, desk.clock.now());
    desk.logger.error({ userId, err: error }, 'Something broke while filling a modal');
    return correctView(wanted, asUserError(error), desk.clock.now());
  }
}

async function lookUp(desk: Desk, userId: string, wanted: Wanted): Promise<ModalView> {
  const { restores, clock } = desk;
  const environment = restores.environment(wanted.environment);
  const tables = selectTables(environment, wanted.tables);
  // Slack and AWS at the same time; rights come first all the same.
  const looking = restores.outlook(
    environment,
    tables.map(({ label }) => label),
  );
  looking.catch(() => undefined);
  const { person, account, channel } = await whoAndWhere(desk, userId, wanted.channelId, environment);
  const refusal = mayRequest(environment, account, channel, desk.home(), wishIn(wanted));
  if (refusal !== undefined) return refusedView(refusal);
  const outlook = await looking;
  const now = clock.now();
  const timeZone = wanted.timeZone ?? person.timeZone;
  const reading = instantOf(wanted, outlook, now, timeZone);
  if ('problem' in reading) return correctView({ ...wanted, readIn: timeZone }, reading.problem, now);
  const { at } = reading;
  if (wanted.dryRun) {
    const report = await restores.dryRun(wishOf(desk, environment, { account, person }, { ...wanted, at }, ''));
    return dryRunView(report, now);
  }
  const { earliest } = outlook.window;
  const inTheWay = restores.inTheWay(wanted.drill);
  // Streams, replicas and TTL matter to what is written; a drill writes nothing.
  const warnings = wanted.drill
    ? turnCautions(inTheWay, 0)
    : [
        ...outlook.warnings,
        ...cautions({
          ...{ tables, at, earliest, now, inTheWay },
          history: restores.history(runsLookedAt),
          approvalsNeeded: environment.approvals,
        }),
      ];
  const choices = choicesOf(environment, wanted);
  const filled = {
    wanted,
    environment,
    tables,
    outlook,
    warnings,
    choices,
    at,
    timeZone,
    now,
    askedBy: userId,
  };
  return confirmView(filled);
}

/** How far back the last restore of the same tables is looked for. */
const runsLookedAt = 30;

type Problem = Parameters<typeof correctView>[1];

function instantOf(
  wanted: Wanted,
  { window }: EnvironmentOutlook,
  now: Instant,
  timeZone: string,
): { readonly at: Instant } | { readonly problem: Problem } {
  const at = wanted.at ?? read(wanted.words, window.latest, now, timeZone);
  if (typeof at !== 'number') return { problem: at };
  const outside = checkWindow(at, window, now, timeZone);
  return outside === undefined ? { at } : { problem: outside };
}

function read(words: string, latest: Instant, now: Instant, timeZone: string): Instant | Problem {
  const reading = readRestorePoint(words, now, timeZone);
  switch (reading.kind) {
    case 'instant':
      return reading.at;
    case 'latest':
      return Math.floor(latest / 1000) * 1000;
    case 'refused':
      return reading.refusal;
  }
}

type Asking = {
  readonly userId: string;
  readonly wanted: Wanted;
  readonly reason: string;
  /** As of `Submission`. */
  readonly form: string | undefined;
};

/** Checks everything again and writes the request down; says in the modal how that went. */
export async function submitRequest(desk: Desk, open: OpenView, asking: Asking): Promise<void> {
  await showOutcome(desk, open, asking.userId, await submitted(desk, asking));
}

async function submitted(desk: Desk, asking: Asking): Promise<Done | ModalView> {
  const { userId, wanted } = asking;
  try {
    return await ask(desk, asking);
  } catch (error) {
    if (!(error instanceof UserError))
      desk.logger.error({ userId, err: error }, 'Something broke while asking for a restore');
    return correctView(wanted, asUserError(error), desk.clock.now());
  }
}

async function ask(desk: Desk, { userId, wanted, reason, form }: Asking): Promise<Done | ModalView> {
  const { restores } = desk;
  const environment = restores.environment(wanted.environment);
  const { person, account, channel } = await whoAndWhere(desk, userId, wanted.channelId, environment);
  const refusal = mayRequest(environment, account, channel, desk.home(), wishIn(wanted));
  if (refusal !== undefined) return refusedView(refusal);
  const origin = originOf(desk, wanted.channelId, form);
  const before = askedBefore(desk, origin);
  if (before !== undefined) return askedAlready(before);
  const run = await restores.request(wishOf(desk, environment, { account, person }, wanted, reason), origin);
  if (run.state === 'APPROVED') startApproved(desk, run.id);
  return asked(restores.run(run.id) ?? run);
}

function wishOf(
  desk: Desk,
  environment: Environment,
  { account, person }: { readonly account: Account; readonly person: Person },
  wanted: Wanted,
  reason: string,
): Wish {
  return {
    environment: environment.name,
    tables: selectTables(environment, wanted.tables),
    restorePoint: wanted.at ?? 'latest',
    words: wanted.words,
    timeZone: wanted.timeZone ?? person.timeZone,
    requestedBy: actorOf(desk, account),
    reason,
    ...(wanted.drill ? { drill: true } : {}),
    options: {
      ...choicesOf(environment, wanted),
      // A drill puts none up, and needs no right to: as in a shell.
      ...(wanted.drill ? { fence: 'off' } : {}),
      rollback: true,
      timeoutMinutes: environment.timeoutMinutes,
      dryRun: wanted.dryRun,
    },
  };
}
