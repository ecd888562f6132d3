import type { ProgressBoard, TableProgress } from './restore/ports.ts';

/** What the rate is measured over: long enough to be calm, short enough to be of now. */
const windowMs = 30_000;
const sampleEveryMs = 500;
/** Less than this is no measurement. */
const leastMs = 2_000;

type Sample = { readonly at: number; readonly done: number };
type Measured = { readonly progress: TableProgress; readonly samples: readonly Sample[] };

/** Progress of the runs of this process, in memory. `now`: milliseconds on the clock that runs are measured by. */
export function createProgressBoard(now: () => number = Date.now): ProgressBoard {
  const runs = new Map<string, Map<string, Measured>>();
  return {
    set(runId, label, done, total, more = {}) {
      const tables = runs.get(runId) ?? new Map<string, Measured>();
      runs.set(runId, tables);
      const samples = sampled(tables.get(label), { at: now(), done }, more.phase);
      const perSecond = rateOf(samples, { at: now(), done });
      const progress = { done, total, ...more, ...(perSecond === undefined ? {} : { perSecond }) };
      tables.set(label, { progress, samples });
    },
    get: (runId) =>
      new Map([...(runs.get(runId) ?? new Map<string, Measured>())].map(([label, { progress }]) => [label, progress])),
  };
}

/** Another phase, or another round of the same one, begins anew. */
function sampled(before: Measured | undefined, sample: Sample, phase: string | undefined): readonly Sample[] {
  if (before === undefined || before.progress.phase !== phase || sample.done < before.progress.done) return [sample];
  const last = before.samples.at(-1);
  if (last !== undefined && sample.at - last.at < sampleEveryMs) return before.samples;
  return [...before.samples, sample].filter(({ at }) => at >= sample.at - windowMs);
}

function rateOf(samples: readonly Sample[], latest: Sample): number | undefined {
  const [first] = samples;
  if (first === undefined || latest.at - first.at < leastMs) return undefined;
  return ((latest.done - first.done) * 1000) / (latest.at - first.at);
}
