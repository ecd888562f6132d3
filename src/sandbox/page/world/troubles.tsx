import type { ComponentChildren } from 'preact';
import type { WorldSeen } from '../../world/view.ts';
import { Switch } from './switch.tsx';
import { useOrder } from './use-order.ts';
import { count, counted } from './words.ts';

/** Bad days to order, each with what it does and how it stands. */
export function Troubles(props: { readonly world: WorldSeen; readonly environment: string; readonly now: number }) {
  const { world, environment, now } = props;
  const { troubles, application } = world;
  const { refusal, give } = useOrder();
  const set = (path: string) => (on: boolean) => void give(path, { on });
  const { until } = troubles.outage;
  return (
    <section class="w-section" aria-label="Life and troubles">
      <h3>Life and troubles</h3>
      <Switch
        name={`An application writes to ${environment}`}
        on={application.environment === environment}
        onSwitch={(on) => void give('application', { environment: on ? environment : null })}
        what={`People like and view quotes, ${application.perSecond} writes a second, also while you restore.`}
        state={`${counted(application.written, 'write')}${application.refused > 0 ? `, ${count(application.refused)} refused` : ''}`}
      />
      <Switch
        name="Throttle DynamoDB"
        on={troubles.throttle.on}
        onSwitch={set('throttle')}
        what={`AWS refuses ${troubles.throttle.share * 100}% of all reads and writes for their pace; the bot slows down and goes on.`}
        state={`${counted(troubles.throttle.struck, 'call')} refused`}
      />
      <Switch
        name="Take Slack down"
        on={until !== undefined}
        onSwitch={set('outage')}
        what={`Slack answers 503 for ${troubles.outage.seconds} s; a restore goes on, and its thread is completed afterwards.`}
        state={until === undefined ? 'up' : `down, back in ${Math.max(0, Math.ceil((until - now) / 1000))} s`}
      />
      <Switch
        name="Slow copies"
        on={troubles.slowRestores.on}
        onSwitch={set('slow')}
        what={`AWS takes ${troubles.slowRestores.seconds} s to build the next copies instead of 3; in real life it is 5 to 60 minutes.`}
        state={troubles.slowRestores.on ? 'slow' : 'quick'}
      />
      <BotProcess bot={world.bot} now={now} kill={() => void give('kill', {})} />
      <p class="w-small" role="status">
        {refusal ?? ''}
      </p>
    </section>
  );
}

function BotProcess({
  bot,
  now,
  kill,
}: {
  readonly bot: WorldSeen['bot'];
  readonly now: number;
  readonly kill: () => void;
}) {
  if (bot === undefined) {
    return <Trouble name="The bot">This sandbox was started without a bot: start your own.</Trouble>;
  }
  const isUp = bot.status === 'running' || bot.status === 'starting';
  return (
    <div class="w-switch">
      <div>
        <p class="w-name">The bot</p>
        <p class="muted w-small">
          SIGKILL ends its process at once, in the middle of anything; it is started again after four seconds and goes
          on.
        </p>
      </div>
      <div>
        <button type="button" class="button small danger" disabled={!isUp} onClick={kill}>
          Kill the bot
        </button>
        <p class="w-small w-state" role="status" aria-label="Bot">
          {botState(bot, now)}
        </p>
      </div>
    </div>
  );
}

function Trouble({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div class="w-switch">
      <div>
        <p class="w-name">{name}</p>
        <p class="muted w-small">{children}</p>
      </div>
    </div>
  );
}

function botState({ status, pid, startsAt, connected }: NonNullable<WorldSeen['bot']>, now: number): string {
  switch (status) {
    case 'starting':
      return 'starting';
    case 'running':
      return `running, process ${pid}${connected ? '' : ', without Slack'}`;
    case 'killed':
    case 'crashed':
      return `${status}${startsAt === undefined ? '' : `, starts again in ${Math.max(0, Math.ceil((startsAt - now) / 1000))} s`}`;
    case 'stopped':
      return 'stopped';
  }
}
