import { useMemo, useState } from 'preact/hooks';
import type { SeriesSeen } from '../../world/view.ts';
import { Choice } from './choice.tsx';
import type { Mark } from './plot/draw-marks.ts';
import { TablePlot } from './plot/table-plot.tsx';
import { revisionOf, type Seen } from './seen.ts';
import { useAnswer } from './use-world.ts';
import { ago, clockTime, count, wholeSecond } from './words.ts';

const minute = 60_000;
const spans = { '10 min': 10 * minute, '1 h': 60 * minute, '24 h': 24 * 60 * minute, '30 days': 30 * 24 * 60 * minute };
type SpanName = keyof typeof spans;
const slices = 150;

/** Item counts and writes over time, one plot for each table, and the moment one has chosen. */
export function TimeLine(props: Seen & { readonly at: number | undefined; readonly onMoment: (at: number) => void }) {
  const { world, environment, zone, now, at, onMoment } = props;
  const [spanName, setSpan] = useState<SpanName>('10 min');
  const span = spans[spanName];
  const width = span / slices;
  // Slices stay where they are while time goes on: a picture that trembles cannot be read.
  const to = Math.ceil(now / width) * width;
  const query = { environment: environment.name, from: to - span, to, slices };
  const series = useAnswer<SeriesSeen>('series', query, revisionOf(environment));
  const marks = useMemo(() => marksOf(world, environment.name, at), [world, environment.name, at]);
  const restorableUntil = wholeSecond(now - world.latestLagMs);
  const step = Math.max(1000, Math.floor(width / 1000) * 1000);
  return (
    <section class="w-section" aria-label="Time line">
      <div class="w-row">
        <Choice legend="How far back" options={Object.keys(spans) as SpanName[]} chosen={spanName} onChoose={setSpan} />
        <ul class="w-legend" aria-label="Legend">
          <li data-kind="items">items</li>
          <li data-kind="written">written</li>
          <li data-kind="deleted">deleted</li>
        </ul>
      </div>
      {environment.tables.map((table, index) => (
        <div class="w-table" key={table.name}>
          <h3>
            {table.label} <strong>{count(table.items)}</strong> <span class="muted">items</span>
          </h3>
          <TablePlot
            name={`${table.label}: ${count(table.items)} items now`}
            ends={series?.ends}
            series={series?.tables[table.label]}
            colour={`--series-${index + 1}`}
            marks={marks}
            zone={zone}
            hasTimes={index === environment.tables.length - 1}
            onMoment={(chosen) => onMoment(wholeSecond(Math.min(chosen, now)))}
          />
        </div>
      ))}
      <label class="w-slider">
        <span class="sr-only">Moment</span>
        <input
          type="range"
          min={wholeSecond(to - span)}
          max={restorableUntil}
          step={step}
          value={at ?? restorableUntil}
          aria-valuetext={at === undefined ? 'now' : `${clockTime(at, now, zone)}, ${ago(at, now)}`}
          onInput={({ currentTarget }) => onMoment(wholeSecond(currentTarget.valueAsNumber))}
        />
      </label>
    </section>
  );
}

function marksOf({ accidents, restores }: Seen['world'], environment: string, at: number | undefined): readonly Mark[] {
  const ours = <T extends { readonly environment: string }>(one: T) => one.environment === environment;
  return [
    ...accidents.filter(ours).map((accident) => ({ kind: 'accident' as const, from: accident.at, to: accident.at })),
    ...restores.filter(ours).map((restore) => ({
      kind: 'restore' as const,
      from: restore.begunAt,
      to: restore.cleanedUpAt ?? restore.lastWriteAt ?? restore.begunAt,
    })),
    ...(at === undefined ? [] : [{ kind: 'moment' as const, from: at, to: at }]),
  ];
}
