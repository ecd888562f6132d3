import type { ItemDifference, TableDifferences } from '../../world/differences.ts';
import type { DifferencesSeen } from '../../world/view.ts';
import { offerCommand } from '../composer/offer.ts';
import { revisionOf, type Seen } from './seen.ts';
import { useAnswer } from './use-world.ts';
import { ago, clockTime, count, isoSecond, wholeSecond } from './words.ts';

type MomentProps = Seen & { readonly at: number | undefined; readonly onMoment: (at: number | undefined) => void };

/** The chosen moment: what is not as it was then, and the command that puts it back. */
export function Moment(props: MomentProps) {
  const { environment, at } = props;
  const query = at === undefined ? undefined : { environment: environment.name, at };
  const differences = useAnswer<DifferencesSeen>('differences', query, revisionOf(environment));
  return (
    <section class="w-section" aria-label="Chosen moment">
      {at === undefined ? (
        <p class="muted w-small">
          Press on a plot, or move the slider, to compare a moment with now and to get the command that goes back to it.
        </p>
      ) : (
        <ChosenMoment {...props} at={at} differences={differences} />
      )}
    </section>
  );
}

function ChosenMoment(props: MomentProps & { readonly at: number; readonly differences: DifferencesSeen | undefined }) {
  const { world, environment, zone, now, at, onMoment, differences } = props;
  const command = `/pitr-restore ${environment.name} ${isoSecond(at)}`;
  const waits = Math.ceil((at + world.latestLagMs - wholeSecond(now)) / 1000);
  return (
    <>
      <div class="w-row">
        <h3>
          {clockTime(at, now, zone)} <span class="muted">{ago(at, now)}</span>
        </h3>
        <button type="button" class="button small" onClick={() => onMoment(undefined)}>
          Back to now
        </button>
      </div>
      <div class="w-command">
        <code>{command}</code>
        <button type="button" class="button small primary" onClick={() => offerCommand(command)}>
          Put into the composer
        </button>
      </div>
      {waits > 0 && (
        <p class="muted w-small">
          Can be restored in {waits} s: point-in-time recovery lags behind, here by {world.latestLagMs / 1000} s, in AWS
          by about five minutes.
        </p>
      )}
      {differences !== undefined && differences.at === at && <Differences {...props} differences={differences} />}
    </>
  );
}

function Differences({ environment, differences }: Seen & { readonly differences: DifferencesSeen }) {
  const rows = environment.tables.flatMap((table) => {
    const found = differences.tables[table.label];
    return found === undefined ? [] : [{ table, found }];
  });
  const shown = rows.filter(({ found }) => found.items.length > 0);
  return (
    <>
      <div class="w-scroll">
        <table class="w-counts">
          <caption class="sr-only">What is not now as it was then</caption>
          <thead>
            <tr>
              <th scope="col">Table</th>
              <th scope="col">Then</th>
              <th scope="col">Now</th>
              <th scope="col">Missing</th>
              <th scope="col">Changed</th>
              <th scope="col">Added</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ table, found }) => (
              <tr key={table.name}>
                <th scope="row">{table.label}</th>
                <td>{count(table.items + found.missing - found.extra)}</td>
                <td>{count(table.items)}</td>
                <Differing value={found.missing} />
                <Differing value={found.changed} />
                <Differing value={found.extra} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length === 0 ? (
        <p class="w-same">Every item is as it was then.</p>
      ) : (
        shown.map(({ table, found }) => <FirstItems key={table.name} label={table.label} found={found} />)
      )}
    </>
  );
}

function Differing({ value }: { readonly value: number }) {
  return <td data-some={value > 0}>{count(value)}</td>;
}

function FirstItems({ label, found }: { readonly label: string; readonly found: TableDifferences }) {
  const total = found.missing + found.changed + found.extra;
  return (
    <details class="w-items">
      <summary>
        {label}: {count(total)} {total === 1 ? 'item differs' : 'items differ'}
        {total > found.items.length && `, the first ${found.items.length}`}
      </summary>
      <ul>
        {found.items.map((item) => (
          <DifferentItem key={`${item.kind} ${item.key}`} item={item} />
        ))}
      </ul>
    </details>
  );
}

const kinds = { missing: 'missing', changed: 'changed', extra: 'added' } as const;

function DifferentItem({ item }: { readonly item: ItemDifference }) {
  return (
    <li>
      <p>
        <span class="chip" data-kind={item.kind}>
          {kinds[item.kind]}
        </span>{' '}
        <code>{item.key}</code>
      </p>
      <dl>
        {item.attributes.map(({ name, was, is }) => (
          <div key={name}>
            <dt>{name}</dt>
            {was !== undefined && (
              <dd>
                <span class="sr-only">was </span>
                <del>{was}</del>
              </dd>
            )}
            {is !== undefined && (
              <dd>
                <span class="sr-only">is </span>
                <ins>{is}</ins>
              </dd>
            )}
          </div>
        ))}
      </dl>
    </li>
  );
}
