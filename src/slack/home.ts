/** The Home tab: published when somebody opens it, first with what is on record, then with what AWS says. */
import { asUserError, UserError } from '../restore/errors.ts';
import { type Member, mayAsk, mayLook } from '../restore/policy.ts';
import { nothingYet } from './commands.ts';
import { type Desk, memberOf, refuseNow } from './desk.ts';
import type { Ack } from './listening.ts';
import type { Message } from './messages/blocks.ts';
import { refusalMessage } from './messages/refusal.ts';
import { chooseView } from './views/choose.ts';
import { type HomeContent, homeView, type Look, refusedHome } from './views/home.ts';
import { overdueDrills, progressOf, visibleHistory, visibleOf } from './visible.ts';
import { openView } from './windows.ts';

const recentRuns = 10;

export async function onHomeOpened(desk: Desk, userId: string): Promise<void> {
  const { restores, clock, people } = desk;
  const { timeZone } = await people.person(userId);
  const refusal = await refuseNow(desk, userId);
  if (refusal !== undefined) {
    await desk.client.views.publish({ user_id: userId, view: refusedHome(refusal) });
    return;
  }
  const environments = restores.environments();
  const by = await memberOf(desk, userId, environments, 'each');
  const publish = async (looks: readonly Look[]) => {
    const open = visibleOf(desk, by, restores.open());
    const recent = visibleHistory(desk, by, recentRuns);
    const content: HomeContent = {
      reader: by,
      timeZone,
      now: clock.now(),
      environments: environments.map((environment, index) => ({ environment, look: looks[index] ?? 'pending' })),
      open: open.runs,
      interrupted: restores.interrupted(),
      recent: recent.runs,
      overdueDrills: overdueDrills(desk),
      hidden: open.hidden + recent.hidden,
      progressOf: progressOf(desk),
    };
    await desk.client.views.publish({ user_id: userId, view: homeView(content) });
  };
  await publish([]);
  await publish(await Promise.all(environments.map(({ name }) => look(desk, name, by))));
}

async function look(desk: Desk, name: string, by: Member): Promise<Look> {
  const environment = desk.restores.environment(name);
  if (mayLook(environment, by) !== undefined) return 'pending';
  try {
    return await desk.restores.outlook(
      environment,
      environment.tables.map(({ label }) => label),
    );
  } catch (error) {
    if (!(error instanceof UserError))
      desk.logger.error({ userId: by.userId, err: error }, 'Something broke while looking at tables');
    return asUserError(error);
  }
}

/** Restore …: the same window as the bare command; where the story is told has to be picked as well. */
export async function onHomeRestore(
  desk: Desk,
  click: {
    readonly userId: string;
    readonly triggerId: string;
    readonly ack: Ack<void>;
    readonly tell: (message: Message) => Promise<unknown>;
  },
): Promise<void> {
  const environments = desk.restores.environments();
  const by = await memberOf(desk, click.userId, environments, 'admin', click.ack);
  const refusals = environments.map((each) => mayAsk(each, by, each.channels[0] ?? ''));
  const allowed = environments.filter((_, index) => refusals[index] === undefined);
  const [first] = refusals;
  if (allowed.length === 0 && first !== undefined) {
    await click.ack();
    await click.tell(refusalMessage(first));
    return;
  }
  const view = chooseView(allowed, desk.clock.now(), nothingYet(''));
  await Promise.all([openView(desk, click.triggerId, view), click.ack()]);
}
