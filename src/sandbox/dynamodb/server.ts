import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { z } from 'zod';
import { Faults } from '../faults.ts';
import { Gateway } from '../gateway.ts';
import { type Held, type HoldPoint, Holds } from '../holds.ts';
import { Requests } from '../requests.ts';
import { Capacity, type capacitySchema } from './capacity.ts';
import { loadDynalite } from './dynalite.ts';
import { HistoryBook } from './history-book.ts';
import type { World } from './region.ts';
import { Regions } from './regions.ts';

export type SandboxAwsOptions = Partial<World> & {
  /** The port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number;
  /** What a table may consume in a second; absent: as much as the machine can do. */
  readonly capacity?: z.input<typeof capacitySchema>;
};

/** A stand-in for AWS: DynamoDB with point-in-time recovery, CloudWatch Logs and STS on one port. */
export type SandboxAws = {
  readonly url: string;
  readonly port: number;
  readonly faults: Faults;
  readonly history: HistoryBook;
  readonly requests: Requests;
  /** What tables may consume: off until `capacity.enforce()`. */
  readonly capacity: Capacity;
  /** Milliseconds since the epoch; every instant the sandbox tells or records comes from here. */
  readonly clock: () => number;
  /** Pauses the calls of an operation. */
  hold(operation: string, options?: { readonly point?: HoldPoint; readonly table?: string }): Held;
  close(): Promise<void>;
};

/**
 * Starts the stand-in on 127.0.0.1. Any credentials are accepted; each region has tables of its own.
 *
 * Times are the given clock's, so with a clock that stands still a restore never ends unless `restoreMs` is 0.
 * @throws Error when the optional package dynalite is not installed, or the port is taken
 */
export async function startDynamoDb(options: SandboxAwsOptions = {}): Promise<SandboxAws> {
  const world: World = {
    clock: options.clock ?? Date.now,
    restoreMs: options.restoreMs ?? 2_000,
    latestLagMs: options.latestLagMs ?? 5 * 60_000,
    deleteMs: options.deleteMs ?? 0,
    firstPolicyMs: options.firstPolicyMs ?? 0,
    laterPolicyMs: options.laterPolicyMs ?? 0,
    scanOrder: options.scanOrder ?? 'hash',
  };
  const regions = new Regions(world, await loadDynalite());
  const [faults, holds, requests] = [new Faults(), new Holds(), new Requests()];
  const capacity = new Capacity(world.clock);
  if (options.capacity !== undefined) capacity.enforce(options.capacity);
  const gateway = new Gateway({ regions, faults, holds, requests, capacity, clock: world.clock });
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    void gateway.handle(request, response);
  });
  // An idle connection is the client's to close, or a request gets lost; and no timer is wound up after each reply.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    faults,
    history: new HistoryBook(regions),
    requests,
    capacity,
    clock: world.clock,
    hold: (operation, where) => holds.add(operation, where),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
