import type { Accident } from './accident.ts';
import type { Application, ApplicationState } from './application.ts';
import type { Bot, BotState } from './bot.ts';
import { differencesIn, type TableDifferences } from './differences.ts';
import { type QuotesTable, quotesTables } from './quotes.ts';
import type { RestoreSeen, RestoresSeen } from './restores-seen.ts';
import { type Span, seriesOf, sliceEnds, type TableSeries } from './series.ts';
import type { Troubles, TroublesState } from './troubles.ts';
import { type EnvironmentName, environmentNames, tableName, type World } from './world.ts';

const shownDifferences = 4;

export type AccidentSeen = {
  readonly environment: EnvironmentName;
  /** Milliseconds since the epoch: when it happened in the tables' history. */
  readonly at: number;
  readonly what: Partial<Accident>;
};

type TableSeen = {
  readonly label: QuotesTable['label'];
  readonly name: string;
  readonly keys: QuotesTable['keys'];
  readonly items: number;
  /** Grows with every write. */
  readonly revision: number;
};

export type EnvironmentSeen = { readonly name: EnvironmentName; readonly tables: readonly TableSeen[] };

/** Everything the panel shows, but the plots and the differences, which are asked for. */
export type WorldSeen = {
  readonly now: number;
  /** From now back to the latest moment that can be restored, in ms. */
  readonly latestLagMs: number;
  readonly environments: readonly EnvironmentSeen[];
  readonly accidents: readonly AccidentSeen[];
  readonly restores: readonly RestoreSeen[];
  readonly troubles: TroublesState;
  readonly application: ApplicationState;
  /** Absent when the sandbox was started without a bot. */
  readonly bot?: BotState & { readonly connected: boolean };
};

export type SeriesSeen = {
  /** The ends of the slices, in milliseconds since the epoch. */
  readonly ends: readonly number[];
  readonly tables: Readonly<Partial<Record<QuotesTable['label'], TableSeries>>>;
};

export type DifferencesSeen = {
  readonly at: number;
  readonly tables: Readonly<Partial<Record<QuotesTable['label'], TableDifferences>>>;
};

export type Parts = {
  readonly world: World;
  readonly latestLagMs: number;
  readonly bot: Bot | undefined;
  readonly troubles: Troubles;
  readonly application: Application;
  readonly restores: RestoresSeen;
  readonly accidents: readonly AccidentSeen[];
};

export function worldSeen({ world, latestLagMs, bot, troubles, application, restores, accidents }: Parts): WorldSeen {
  return {
    now: Date.now(),
    latestLagMs,
    environments: environmentNames.map((name) => ({
      name,
      tables: quotesTables().map((table) => tableSeen(world, table, name)),
    })),
    accidents,
    restores: restores.list,
    troubles: troubles.state,
    application: application.state,
    ...(bot !== undefined && { bot: { ...bot.state, connected: world.slack.connections > 0 } }),
  };
}

function tableSeen({ aws }: World, table: QuotesTable, environment: EnvironmentName): TableSeen {
  const name = tableName(table, environment);
  const { itemCount, revision } = aws.history.of(name);
  return { label: table.label, name, keys: table.keys, items: itemCount, revision };
}

/** The plots of an environment's tables. */
export function seriesSeen({ aws }: World, environment: EnvironmentName, span: Span): SeriesSeen {
  const tables = quotesTables().map((table) => [
    table.label,
    seriesOf(aws.history.of(tableName(table, environment)).countedWrites(), span),
  ]);
  return { ends: sliceEnds(span), tables: Object.fromEntries(tables) };
}

/** What is not now as it was at `at`. */
export function differencesSeen({ aws }: World, environment: EnvironmentName, at: number): DifferencesSeen {
  const tables = quotesTables().map((table) => {
    const changes = aws.history.of(tableName(table, environment)).changesBetween(at, Number.POSITIVE_INFINITY);
    return [table.label, differencesIn(changes, shownDifferences)];
  });
  return { at, tables: Object.fromEntries(tables) };
}
