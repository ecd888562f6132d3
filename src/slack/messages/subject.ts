import type { Run } from '../../restore/run.ts';

/** What a run is about, for titles: `restore of prod`, `drill of prod`, `undo of restore-2026-11-22T12-00-00Z in prod`. Plain text. */
export function subjectOf({ request }: Pick<Run, 'request'>): string {
  if (request.undoOf !== undefined) return `undo of ${request.undoOf} in ${request.environment}`;
  return `${request.drill === true ? 'drill' : 'restore'} of ${request.environment}`;
}

/** The same at the beginning of a title. */
export function titleOf(run: Pick<Run, 'request'>): string {
  const subject = subjectOf(run);
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1)}`;
}
