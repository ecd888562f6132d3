import type { RestoreSeen } from '../../world/restores-seen.ts';
import type { AccidentSeen } from '../../world/view.ts';
import type { Seen } from './seen.ts';
import { ago, clockTime, count, counted, wholeSecond } from './words.ts';

const shown = 8;

type Happening = {
  readonly at: number;
  readonly kind: 'accident' | 'restore';
  readonly text: string;
  readonly before?: number;
};

/** What happened to the environment's tables, youngest first: the time line in words. */
export function Happenings({
  world,
  environment,
  zone,
  now,
  onMoment,
}: Seen & { readonly onMoment: (at: number) => void }) {
  const happenings = [
    ...world.accidents.filter((one) => one.environment === environment.name).map(accidentText),
    ...world.restores.filter((one) => one.environment === environment.name).map((one) => restoreText(one, zone, now)),
  ].sort((left, right) => right.at - left.at);
  return (
    <section class="w-section" aria-label="What happened">
      <h3>What happened</h3>
      {happenings.length === 0 ? (
        <p class="muted w-small">
          Nothing yet: the tables have grown for a month. Cause an accident, and it shows here.
        </p>
      ) : (
        <ol class="w-happenings">
          {happenings.slice(0, shown).map(({ at, kind, text, before }) => (
            <li key={`${kind} ${at}`} data-kind={kind}>
              <p>
                <time dateTime={new Date(at).toISOString()}>{clockTime(at, now, zone)}</time>{' '}
                <span class="muted">{ago(at, now)}</span>
              </p>
              <p>{text}</p>
              {before !== undefined && (
                <button type="button" class="button small" onClick={() => onMoment(before)}>
                  Choose the moment before it
                </button>
              )}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function accidentText({ at, what }: AccidentSeen): Happening {
  const parts = [
    what.deleted !== undefined && `${counted(what.deleted, 'item')} deleted`,
    what.corrupted !== undefined && `${counted(what.corrupted, 'item')} corrupted`,
    what.added !== undefined && `${counted(what.added, 'item')} of junk added`,
  ].filter((part) => part !== false);
  return { at, kind: 'accident', text: `Accident: ${parts.join(', ')}.`, before: wholeSecond(at - 1000) };
}

function restoreText(restore: RestoreSeen, zone: string, now: number): Happening {
  const { begunAt, restorePoint, copies, writes, cleanedUpAt } = restore;
  const point = restorePoint === 'latest' ? 'the latest moment' : clockTime(restorePoint, now, zone);
  const written =
    writes > 0 ? ` ${count(writes)} calls wrote to the tables.` : ' Nothing is written to the tables yet.';
  const end =
    cleanedUpAt === undefined
      ? ''
      : ` The copies were deleted after ${Math.max(1, Math.round((cleanedUpAt - begunAt) / 1000))} s.`;
  const none = writes === 0 && cleanedUpAt !== undefined ? ' Nothing was written to the tables.' : undefined;
  return {
    at: begunAt,
    kind: 'restore',
    text: `Restore: ${copies.length === 1 ? 'a copy' : `${copies.length} copies`} of the tables as of ${point}.${none ?? written}${end}`,
  };
}
