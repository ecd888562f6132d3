import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DeleteResourcePolicyCommand,
  GetResourcePolicyCommand,
  PolicyNotFoundException,
  PutResourcePolicyCommand,
  type PutResourcePolicyCommandOutput,
} from '@aws-sdk/client-dynamodb';
import type { Fence, TableDescription, TablePolicy } from '../restore/ports.ts';
import type { Account } from './call.ts';
import { call } from './call.ts';
import { mustBeFromAws } from './response-metadata.ts';
import { someKey } from './some-key.ts';

/** Who a fence is for, and who it must keep out. */
export type FenceClients = {
  readonly region: string;
  readonly us: DynamoDBClient;
  /** Of the role that has to be kept out, or of ours under a session name that no fence lets through. */
  readonly somebody: DynamoDBClient;
  /** Absent: the environment has no role, so nobody can be told from anybody else. */
  readonly exempt: string | undefined;
};

/** Resource policies of one account and region, and a write that changes nothing. */
export function fence({ region, us, somebody, exempt }: FenceClients): Fence {
  const account = { client: us, region };
  return {
    exempt,
    async policy(arn, signal) {
      return readPolicy(account, arn, signal);
    },
    async putPolicy({ arn, document, seen }) {
      const command = new PutResourcePolicyCommand({
        ResourceArn: arn,
        Policy: document,
        ExpectedRevisionId: seen?.revisionId ?? 'NO_POLICY',
      });
      return changePolicy('dynamodb:PutResourcePolicy', account, arn, async () => us.send(command));
    },
    async deletePolicy({ arn, seen }) {
      const command = new DeleteResourcePolicyCommand({ ResourceArn: arn, ExpectedRevisionId: seen.revisionId });
      return changePolicy('dynamodb:DeleteResourcePolicy', account, arn, async () => us.send(command));
    },
    async probe(table, as, signal) {
      return probe({ client: as === 'us' ? us : somebody, region }, table, signal);
    },
  };
}

async function readPolicy(
  { client, region }: Account,
  arn: string,
  signal: AbortSignal | undefined,
): Promise<TablePolicy | undefined> {
  const attempt = { action: 'dynamodb:GetResourcePolicy', resource: tableOf(arn), region } as const;
  const command = new GetResourcePolicyCommand({ ResourceArn: arn });
  return call(
    attempt,
    async () => {
      try {
        const reply = await client.send(command, signal === undefined ? {} : { abortSignal: signal });
        if (reply.Policy === undefined || reply.RevisionId === undefined) {
          mustBeFromAws(reply.$metadata);
          return undefined;
        }
        return { document: reply.Policy, revisionId: reply.RevisionId };
      } catch (error) {
        if (error instanceof PolicyNotFoundException) return undefined;
        throw error;
      }
    },
    signal,
  );
}

/** false: the policy in place is not of the revision that was expected. */
async function changePolicy(
  action: `dynamodb:${string}`,
  { region }: Account,
  arn: string,
  send: () => Promise<PutResourcePolicyCommandOutput>,
): Promise<boolean> {
  return call({ action, resource: tableOf(arn), region }, async () => {
    try {
      const { RevisionId, $metadata } = await send();
      if (RevisionId === undefined) mustBeFromAws($metadata);
      return true;
    } catch (error) {
      if (error instanceof PolicyNotFoundException) return false;
      throw error;
    }
  });
}

/**
 * A delete under a condition that contradicts itself. AWS asks first whether the write is allowed, then whether the
 * condition holds: so it is either denied or fails, and never does anything. Costs a write unit.
 */
async function probe(
  { client, region }: Account,
  { table, keySchema, keyTypes }: TableDescription,
  signal: AbortSignal | undefined,
): Promise<'open' | 'closed'> {
  const command = new DeleteItemCommand({
    TableName: table,
    Key: someKey({ keySchema, keyTypes }, 'pitr-restore fence probe'),
    ConditionExpression: 'attribute_exists(#key) AND attribute_not_exists(#key)',
    ExpressionAttributeNames: { '#key': keySchema.partition },
  });
  return call(
    { action: 'dynamodb:DeleteItem', resource: table, region },
    async () => {
      try {
        await client.send(command, signal === undefined ? {} : { abortSignal: signal });
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return 'open';
        // Of DynamoDB's own: a role that cannot be assumed is another error, and proves nothing.
        if (error instanceof Error && error.name === 'AccessDeniedException') return 'closed';
        throw error;
      }
      throw new Error(`A write to ${table} was made although its condition cannot hold`);
    },
    signal,
  );
}

function tableOf(arn: string): string {
  return arn.slice(arn.indexOf('/') + 1);
}
