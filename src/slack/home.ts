/** The Home tab: published when somebody opens it, first with what is on record, then with what AWS says. */
import { asUserError, UserError } from '../restore/errors.ts';
import { mayAsk, mayLook } from '../restore/policy.ts';
import { type Desk, refuseNow } from './desk.ts';
import type { Ack } from './listening.ts';
import type { Message } from './messages/blocks.ts';
import { refusalMessage } from './messages/refusal.ts';
import { type HomeContent, homeView, type Look, refusedHome } from './views/home.ts';
import { chooseView } from './views/restore.ts';
import type { Wanted } from './views/wanted.ts';
import { visibleHistory, visibleOf } from './visible.ts';
import { openView } from './windows.ts';

const recentRuns = 10;

export async function onHomeOpened(desk: Desk, userId: string): Promise<void> {
  const { restores, clock, progress, people } = desk;
  const { timeZone } = await people.person(userId);
  const refusal = await refuseNow(desk, userId);
  if (refusal !== undefined) {
    await desk.client.views.publish({ user_id: userId, view: refusedHome(refusal) });
    return;
  }
  const environments = restores.environments();
  const publish = async (looks: readonly Look[]) => {
    const open = visibleOf(desk, userId, restores.open());
    const recent = visibleHistory(desk, userId, recentRuns);
    const content: HomeContent = {
      userId,
      timeZone,
      now: clock.now(),
      environments: environments.map((environment, index) => ({ environment, look: looks[index] ?? 'pending' })),
      open: open.runs,
      interrupted: restores.interrupted(),
      recent: recent.runs,
      hidden: open.hidden + recent.hidden,
      progressOf: (run) => progress.get(run.id),
    };
    await desk.client.views.publish({ user_id: userId, view: homeView(content) });
  };
  await publish([]);
  await publish(await Promise.all(environments.map(({ name }) => look(desk, name, userId))));
}

async function look(desk: Desk, name: string, userId: string): Promise<Look> {
  const environment = desk.restores.environment(name);
  if (mayLook(environment, userId) !== undefined) return 'pending';
  try {
    return await desk.restores.outlook(
      environment,
      environment.tables.map(({ label }) => label),
    );
  } catch (error) {
    if (!(error instanceof UserError))
      desk.logger.error({ userId, err: error }, 'Something broke while looking at tables');
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
  const refusals = environments.map((each) => mayAsk(each, click.userId, each.channels[0] ?? ''));
  const allowed = environments.filter((_, index) => refusals[index] === undefined);
  const [first] = refusals;
  if (allowed.length === 0 && first !== undefined) {
    await click.ack();
    await click.tell(refusalMessage(first));
    return;
  }
  const wanted: Wanted = { environment: '', tables: [], words: '', dryRun: false, channelId: '' };
  await Promise.all([openView(desk, click.triggerId, chooseView(allowed, desk.clock.now(), wanted)), click.ack()]);
}
