import type { Speed, SpeedNow } from '../restore/speed.ts';
import { speeds } from '../restore/speed.ts';

/** A speed that several threads look at: what one of them sets is felt by the others at once. */
export function sharedSpeed(memory: SharedArrayBuffer = new SharedArrayBuffer(4)): {
  readonly memory: SharedArrayBuffer;
  readonly now: SpeedNow;
  readonly set: (speed: Speed) => void;
} {
  const cell = new Int32Array(memory);
  return {
    memory,
    now() {
      const speed = speeds[Atomics.load(cell, 0)];
      if (speed === undefined) throw new Error('The shared speed is none of the speeds');
      return speed;
    },
    set(speed) {
      Atomics.store(cell, 0, speeds.indexOf(speed));
    },
  };
}
