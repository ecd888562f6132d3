import type { SpeedNow } from '../restore/speed.ts';
import type { Timing } from './patience.ts';
import type { Throughputs } from './throughput/throughputs.ts';

/** What reading and writing items needs, made once per connection. */
export type DataPlaneSettings = {
  readonly region: string;
  /** How long a table may take or give nothing at all before the work is given up, in ms. */
  readonly patienceMs: number;
  readonly timing: Timing;
  readonly throughputs: Throughputs;
};

/** Whoever does not say how fast. */
export const normalSpeed: SpeedNow = () => 'normal';
