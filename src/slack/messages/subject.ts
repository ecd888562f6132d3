import type { Run } from '../../restore/run.ts';

/** What a run is about, for titles: `restore of prod`, `undo of restore-2026-11-22T12-00-00Z in prod`. Plain text. */
export function subjectOf({ request }: Pick<Run, 'request'>): string {
  return request.undoOf === undefined
    ? `restore of ${request.environment}`
    : `undo of ${request.undoOf} in ${request.environment}`;
}

/** The same at the beginning of a title. */
export function titleOf(run: Pick<Run, 'request'>): string {
  const subject = subjectOf(run);
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)}`;
}
