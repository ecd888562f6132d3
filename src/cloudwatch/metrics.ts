/**
 * Metrics in CloudWatch's embedded metric format: JSON lines from which CloudWatch Logs makes metrics by itself.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { StoredEvent } from '../restore/events.ts';
import type { Run } from '../restore/run.ts';
import { kindOf } from './kind.ts';

export const namespace = 'PitrRestore';

type Unit = 'Count' | 'Milliseconds' | 'Seconds' | 'None';
type Dimensions = readonly (readonly ('Environment' | 'Kind' | 'Phase')[])[];

/** With no dimension at all, so that one alarm watches every environment, and with the environment for the dashboard. */
const overall: Dimensions = [[], ['Environment']];
const byKind: Dimensions = [[], ['Environment'], ['Environment', 'Kind']];
const byPhase: Dimensions = [['Environment', 'Phase']];

/** Every metric there is. The alarms and dashboards in `deploy/` may name these and no others. */
export const metrics = {
  /** Of the ends of a run exactly one is 1, the others 0: an alarm goes back to OK by the next run that ends well. */
  Completed: { unit: 'Count', dimensions: byKind },
  /** Failed, rolled back or in need of attention. */
  Failures: { unit: 'Count', dimensions: byKind },
  Cancellations: { unit: 'Count', dimensions: byKind },
  Rollbacks: { unit: 'Count', dimensions: byKind },
  NeedsAttention: { unit: 'Count', dimensions: byKind },
  Duration: { unit: 'Milliseconds', dimensions: byKind },
  /** What the run wrote to live tables, verification rounds included; unchanged: what it found to be as it was. */
  ItemsPut: { unit: 'Count', dimensions: byKind },
  ItemsDeleted: { unit: 'Count', dimensions: byKind },
  ItemsUnchanged: { unit: 'Count', dimensions: byKind },
  ItemsPutBack: { unit: 'Count', dimensions: byKind },
  /** Capacity units as AWS counted them. */
  ReadUnits: { unit: 'Count', dimensions: byKind },
  WriteUnits: { unit: 'Count', dimensions: byKind },
  PhaseDuration: { unit: 'Milliseconds', dimensions: byPhase },
  /** Requests that wait for an approval, and how long the oldest of them has waited; 0 when none does. */
  ApprovalsPending: { unit: 'Count', dimensions: overall },
  ApprovalPendingAge: { unit: 'Seconds', dimensions: overall },
  /** Days since the last completed drill; not sent while there was none. */
  DrillAge: { unit: 'None', dimensions: overall },
  /** 1: the environment is to be drilled every so many days, and was not. */
  DrillOverdue: { unit: 'None', dimensions: overall },
} as const satisfies Record<string, { readonly unit: Unit; readonly dimensions: Dimensions }>;

type MetricName = keyof typeof metrics;
export type MetricValues = Readonly<Partial<Record<MetricName, number>>>;
type DimensionValues = { readonly Environment: string; readonly Kind?: string; readonly Phase?: string };

/** The members that make a JSON line a metric line. */
export function embedded(values: MetricValues, dimensions: DimensionValues, at: number): Record<string, unknown> {
  const names = Object.keys(values) as MetricName[];
  const sets = [...new Set(names.map((name) => metrics[name].dimensions))];
  return {
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: sets.map((set) => ({
        Namespace: namespace,
        Dimensions: set,
        Metrics: names
          .filter((name) => metrics[name].dimensions === set)
          .map((name) => ({ Name: name, Unit: metrics[name].unit })),
      })),
    },
    ...dimensions,
    ...values,
  };
}

/** The metrics of one event, `run` as the event left it; undefined: it has none. */
export function metricsOf({ event, at }: StoredEvent, run: Run): Record<string, unknown> | undefined {
  const Environment = run.request.environment;
  switch (event.type) {
    case 'phase-finished':
      return embedded({ PhaseDuration: event.durationMs }, { Environment, Phase: event.phase }, at);
    case 'completed':
    case 'failed':
    case 'cancelled':
    case 'rolled-back':
    case 'needs-attention':
      return embedded(endValues(event.type, event.durationMs, run), { Environment, Kind: kindOf(run.request) }, at);
    default:
      return undefined;
  }
}

type End = 'completed' | 'failed' | 'cancelled' | 'rolled-back' | 'needs-attention';

function endValues(end: End, durationMs: number, run: Run): MetricValues {
  const is = (...ends: readonly End[]) => (ends.includes(end) ? 1 : 0);
  return {
    Completed: is('completed'),
    Failures: is('failed', 'rolled-back', 'needs-attention'),
    Cancellations: is('cancelled'),
    Rollbacks: is('rolled-back'),
    NeedsAttention: is('needs-attention'),
    Duration: durationMs,
    ...itemsOf(run),
  };
}

/** What a run did to its tables, all of them together. */
export function itemsOf({ tables }: Run) {
  const sum = (of: (table: Run['tables'][number]) => number | undefined) =>
    tables.reduce((total, table) => total + (of(table) ?? 0), 0);
  return {
    ItemsPut: sum(({ swapped, rewritten }) => (swapped?.put ?? 0) + (rewritten?.put ?? 0)),
    ItemsDeleted: sum(({ swapped, rewritten }) => (swapped?.delete ?? 0) + (rewritten?.delete ?? 0)),
    ItemsUnchanged: sum(({ comparison }) => comparison?.unchanged),
    ItemsPutBack: sum(({ rolledBack }) => rolledBack?.putBack),
    ReadUnits: sum(({ consumed }) => consumed?.readUnits),
    WriteUnits: sum(({ consumed }) => consumed?.writeUnits),
  } satisfies MetricValues;
}
