/** What `doctor` finds out about DynamoDB: reads, and requests that cannot change anything. */
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Environment } from '../restore/environment.ts';
import type { TableDescription } from '../restore/ports.ts';
import { clientConfig } from './aws.ts';
import { type Permission, tryLiveTable, tryRestoreTable } from './permissions.ts';

export interface Examination {
  /** By how many ms our clock is ahead of AWS's, to a second; undefined: AWS did not say. */
  clockAheadMs(): Promise<number | undefined>;
  liveTable(live: TableDescription, restoreTable: string, fenced: boolean): Promise<readonly Permission[]>;
  restoreTable(live: TableDescription, restoreTable: string): Promise<readonly Permission[]>;
  close(): void;
}

/** With the credentials of an environment, and without the patience of a restore. */
export function examine({ region, roleArn, tables }: Environment): Examination {
  const client = new DynamoDBClient({ ...clientConfig(region, roleArn), maxAttempts: 2 });
  return {
    clockAheadMs: () => clockAhead(client, tables[0]?.table ?? 'pitr-restore'),
    liveTable: (live, restoreTable, fenced) => tryLiveTable(client, live, restoreTable, fenced),
    restoreTable: (live, restoreTable) => tryRestoreTable(client, live, restoreTable),
    close: () => client.destroy(),
  };
}

/** The `Date` of AWS's reply against the middle of the time that it took. A refusal has one as well. */
async function clockAhead(client: DynamoDBClient, TableName: string): Promise<number | undefined> {
  let ahead: number | undefined;
  const command = new DescribeTableCommand({ TableName });
  command.middlewareStack.add(
    (next) => async (args) => {
      const sentAt = Date.now();
      const reply = await next(args);
      const theirs = dateIn(reply.response);
      // Their clock is cut off to the second: half of one makes up for it.
      if (theirs !== undefined) ahead = (sentAt + Date.now()) / 2 - (theirs + 500);
      return reply;
    },
    { step: 'deserialize', priority: 'low', name: 'dateOfReply' },
  );
  await client.send(command).catch(() => undefined);
  return ahead;
}

function dateIn(response: unknown): number | undefined {
  if (typeof response !== 'object' || response === null || !('headers' in response)) return undefined;
  const { headers } = response;
  if (typeof headers !== 'object' || headers === null || !('date' in headers)) return undefined;
  const at = Date.parse(String(headers.date));
  return Number.isNaN(at) ? undefined : at;
}
