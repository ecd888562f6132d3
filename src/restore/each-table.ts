import pMap from 'p-map';
import type { StepContext } from './step.ts';

/** Tables worked on at the same time; each has several requests in flight. */
export const tablesAtOnce = 4;

/**
 * Does `act` for every table of the run, side by side. The first failure stops the others at their next safe point, and
 * nothing is reported before all of them stand still: nobody goes on writing behind a run that has ended.
 */
export async function eachTable(
  context: StepContext,
  act: (context: StepContext, label: string) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([context.signal, failure.signal]);
  let first: { readonly error: unknown } | undefined;
  await pMap(
    context.run().tables,
    async ({ label }) => {
      if (first !== undefined) return;
      try {
        await act({ ...context, signal }, label);
      } catch (error) {
        first ??= { error };
        failure.abort(error);
      }
    },
    { concurrency: tablesAtOnce },
  );
  if (first !== undefined) throw first.error;
}
