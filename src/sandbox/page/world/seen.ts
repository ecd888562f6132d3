import type { EnvironmentSeen, WorldSeen } from '../../world/view.ts';

/** What every part of the panel is shown of the world. */
export type Seen = {
  readonly world: WorldSeen;
  readonly environment: EnvironmentSeen;
  /** IANA zone of whoever reads. */
  readonly zone: string;
  /** Milliseconds since the epoch, as are all instants here. */
  readonly now: number;
};

/** Grows with every write to any table of the environment. */
export function revisionOf({ tables }: EnvironmentSeen): number {
  return tables.reduce((sum, { revision }) => sum + revision, 0);
}
