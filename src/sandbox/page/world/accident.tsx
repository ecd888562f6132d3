import { useState } from 'preact/hooks';
import type { AccidentSeen, EnvironmentSeen } from '../../world/view.ts';
import { ItemEditor } from './item-editor.tsx';
import { useOrder } from './use-order.ts';
import { counted } from './words.ts';

const damages = [
  { damage: 'delete', text: 'Delete a third' },
  { damage: 'corrupt', text: 'Corrupt a tenth' },
  { damage: 'junk', text: 'Add junk' },
] as const;

const times = [
  { minutesAgo: 0, text: 'just now' },
  { minutesAgo: 5, text: '5 minutes ago' },
  { minutesAgo: 60, text: 'an hour ago' },
  { minutesAgo: 24 * 60, text: 'yesterday at this time' },
];

/** Something to restore from. */
export function AccidentMenu({ environment }: { readonly environment: EnvironmentSeen }) {
  const [minutesAgo, setMinutesAgo] = useState(0);
  const [label, setLabel] = useState<string>(environment.tables[0]?.label ?? '');
  const [last, setLast] = useState<AccidentSeen>();
  const { isBusy, refusal, give } = useOrder();
  const cause = async (what: 'bad deploy' | { readonly label: string; readonly damage: string }) => {
    setLast(await give<AccidentSeen>('accident', { environment: environment.name, what, minutesAgo }));
  };
  return (
    <section class="w-section" aria-label="Accident">
      <div class="w-row">
        <button type="button" class="button danger" disabled={isBusy} onClick={() => void cause('bad deploy')}>
          Cause an accident in {environment.name}
        </button>
        <label class="w-inline">
          <span class="sr-only">When did it happen?</span>
          <select
            class="field"
            value={minutesAgo}
            onChange={({ currentTarget }) => setMinutesAgo(Number(currentTarget.value))}
          >
            {times.map((time) => (
              <option key={time.text} value={time.minutesAgo}>
                {time.text}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p class="muted w-small">
        A bad deploy: a third of the quotes deleted, a tenth of the likes corrupted, junk added to the views.
      </p>
      <p class="w-small" role="status">
        {refusal ?? (last === undefined ? '' : `Done: ${counted(hit(last), 'item')} hit.`)}
      </p>
      <details class="w-more">
        <summary>Choose the damage yourself</summary>
        <div class="w-row">
          <label class="w-inline">
            <span>In</span>
            <select class="field" value={label} onChange={({ currentTarget }) => setLabel(currentTarget.value)}>
              {environment.tables.map((table) => (
                <option key={table.label} value={table.label}>
                  {table.label}
                </option>
              ))}
            </select>
          </label>
          {damages.map(({ damage, text }) => (
            <button
              key={damage}
              type="button"
              class="button small"
              disabled={isBusy}
              onClick={() => void cause({ label, damage })}
            >
              {text}
            </button>
          ))}
        </div>
      </details>
      <ItemEditor environment={environment} />
    </section>
  );
}

function hit({ what }: AccidentSeen): number {
  return (what.deleted ?? 0) + (what.corrupted ?? 0) + (what.added ?? 0);
}
