import type { Datepicker, DateTimepicker, Timepicker } from '@slack/types';
import { useState } from 'preact/hooks';
import { placeOf, secondsOf, wallClock } from '../text/date.ts';
import { useReader } from '../workspace/reader.ts';
import { ariaOf, type InputProps, useInput } from './use-input.ts';

/** A date, or a time of day. */
export function DayOrTime(props: InputProps<Datepicker | Timepicker>) {
  const { element } = props;
  const isDate = element.type === 'datepicker';
  const [value, change] = useInput(props, (isDate ? element.initial_date : element.initial_time) ?? null);
  return (
    <input
      {...ariaOf(props)}
      aria-label={props.labelledBy === undefined ? (isDate ? 'Date' : 'Time') : undefined}
      class="field"
      type={isDate ? 'date' : 'time'}
      value={String(value ?? '')}
      onInput={({ currentTarget }) => change(currentTarget.value === '' ? null : currentTarget.value)}
    />
  );
}

/** A moment, in the zone of whoever looks, as Slack shows it. */
export function Moment(props: InputProps<DateTimepicker>) {
  const { zone } = useReader();
  const [value, change] = useInput(props, props.element.initial_date_time ?? null);
  const [hands, setHands] = useState(typeof value === 'number' ? wallClock(value, zone) : { date: '', time: '' });
  const turn = (changed: Partial<typeof hands>) => {
    const next = { ...hands, ...changed };
    setHands(next);
    change(secondsOf(next.date, next.time, zone) ?? null);
  };
  return (
    <fieldset class="moment" aria-labelledby={props.labelledBy} aria-describedby={props.describedBy}>
      <input
        class="field"
        type="date"
        aria-label="Date"
        aria-invalid={props.isInvalid}
        value={hands.date}
        onInput={({ currentTarget }) => turn({ date: currentTarget.value })}
      />
      <input
        class="field"
        type="time"
        aria-label={`Time in ${placeOf(zone)}`}
        aria-invalid={props.isInvalid}
        value={hands.time}
        onInput={({ currentTarget }) => turn({ time: currentTarget.value })}
      />
      <span class="muted">in {placeOf(zone)}</span>
    </fieldset>
  );
}
