import type { Consumption } from './consumption.ts';
import type { Aws, Items } from './ports.ts';
import type { Consumed, SpeedNow } from './speed.ts';

/** The same AWS: every read and write of items goes at the run's speed, and what it costs is counted. */
export function paced(aws: Aws, speed: SpeedNow, consumption: Consumption): Aws {
  const counted = <Order extends { readonly table: string }>(order: Order) => ({
    speed,
    onConsumed: (consumed: Consumed) => consumption.add(order.table, consumed),
    ...order,
  });
  const items: Items = {
    scan: (order) => aws.items.scan({ speed, ...order }),
    read: async (order) => aws.items.read(counted(order)),
    write: async (order) => aws.items.write(counted(order)),
    writeGuarded: async (order) => aws.items.writeGuarded(counted(order)),
  };
  return { tables: aws.tables, fence: aws.fence, items };
}
