import { useState } from 'preact/hooks';
import type { WorldSeen } from '../../world/view.ts';
import { AccidentMenu } from './accident.tsx';
import { Choice } from './choice.tsx';
import { Happenings } from './happenings.tsx';
import { Moment } from './moment.tsx';
import { TimeLine } from './time-line.tsx';
import { Troubles } from './troubles.tsx';
import { useNow } from './use-world.ts';
import './world.css';

const environments = ['dev', 'prod'] as const;

/** The tables, beside the channel: what they hold, what they held, and everything that can be done to them. */
export function World({ world, zone }: { readonly world: WorldSeen | undefined; readonly zone: string }) {
  return world === undefined ? (
    <p class="w-world muted">Looking at the tables …</p>
  ) : (
    <Panel world={world} zone={zone} />
  );
}

function Panel({ world, zone }: { readonly world: WorldSeen; readonly zone: string }) {
  const now = useNow();
  const [name, setName] = useState<(typeof environments)[number]>('dev');
  const [at, setAt] = useState<number>();
  const environment = world.environments.find((candidate) => candidate.name === name);
  if (environment === undefined) return null;
  const seen = { world, environment, zone, now };
  return (
    <div class="w-world">
      <header class="w-head">
        <h2>Tables</h2>
        <Choice legend="Environment" options={environments} chosen={name} onChoose={setName} />
      </header>
      <p class="muted w-small">
        Made-up data in a stand-in for AWS on this machine. It remembers every write, as point-in-time recovery does.
      </p>
      <TimeLine {...seen} at={at} onMoment={setAt} />
      <Moment {...seen} at={at} onMoment={setAt} />
      <AccidentMenu environment={environment} />
      <Happenings {...seen} onMoment={setAt} />
      <Troubles world={world} environment={name} now={now} />
    </div>
  );
}
