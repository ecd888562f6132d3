import type { Operation } from '../operation.ts';

const describeLimits: Operation = async () => ({
  AccountMaxReadCapacityUnits: 80_000,
  AccountMaxWriteCapacityUnits: 80_000,
  TableMaxReadCapacityUnits: 40_000,
  TableMaxWriteCapacityUnits: 40_000,
});

const describeEndpoints: Operation = async ({ region }) => ({
  Endpoints: [{ Address: `dynamodb.${region.name}.amazonaws.com`, CachePeriodInMinutes: 1440 }],
});

export const accountOperations: Readonly<Record<string, Operation>> = {
  DescribeLimits: describeLimits,
  DescribeEndpoints: describeEndpoints,
};
