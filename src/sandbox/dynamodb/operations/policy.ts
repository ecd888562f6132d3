import { isDeepStrictEqual } from 'node:util';
import { AwsError, invalid } from '../../aws-error.ts';
import { isRecord, optionalText, text, type Wire } from '../../wire.ts';
import type { Operation } from '../operation.ts';
import { unknownOperatorIn } from '../policy/evaluate.ts';
import type { Region } from '../region.ts';
import type { SandboxTable } from '../table.ts';
import { settled } from './tags.ts';

const maxPolicyBytes = 20_480;
const cooldownMs = 15_000;
/** For so long after a change, a table says that it is in use; after that, that it was changed too recently. */
const inUseMs = 2_000;

const putResourcePolicy: Operation = async ({ region, body }) => {
  const table = settled(region, text(body, 'ResourceArn'));
  const document = text(body, 'Policy');
  if (Buffer.byteLength(document) > maxPolicyBytes) {
    throw invalid(`Resource-based policy size exceeds the maximum of ${maxPolicyBytes} bytes`);
  }
  const parsed = parsePolicy(document);
  checkRevision(table, optionalText(body, 'ExpectedRevisionId'));
  if (table.policy !== undefined && isDeepStrictEqual(parsePolicy(table.policy.document), parsed)) {
    return { RevisionId: table.policy.revisionId };
  }
  const now = region.world.clock();
  checkCooldown(table, now);
  const revisionId = String(now);
  table.changePolicy({ document, revisionId, parsed }, now, countsFrom(region, table, now));
  return { RevisionId: revisionId };
};

const getResourcePolicy: Operation = async ({ region, body }) => {
  const table = settled(region, text(body, 'ResourceArn'));
  if (table.policy === undefined) throw noPolicy(table);
  return { Policy: table.policy.document, RevisionId: table.policy.revisionId };
};

const deleteResourcePolicy: Operation = async ({ region, body }) => {
  const table = settled(region, text(body, 'ResourceArn'));
  checkRevision(table, optionalText(body, 'ExpectedRevisionId'));
  if (table.policy === undefined) return {};
  const now = region.world.clock();
  checkCooldown(table, now);
  const { revisionId } = table.policy;
  table.changePolicy(undefined, now, countsFrom(region, table, now));
  return { RevisionId: revisionId };
};

function parsePolicy(document: string): Wire {
  const policy = parseJson(document);
  if (!isRecord(policy)) throw invalid('Invalid policy document: not a JSON object');
  const unknown = unknownOperatorIn(policy);
  if (unknown !== undefined) throw invalid(`The sandbox does not know the condition operator ${unknown}`);
  return policy;
}

function parseJson(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (cause) {
    throw Object.assign(invalid('Invalid policy document: not valid JSON'), { cause });
  }
}

function countsFrom({ world }: Region, table: SandboxTable, now: number): number {
  return now + (table.hadPolicy ? world.laterPolicyMs : world.firstPolicyMs);
}

/** @throws AwsError PolicyNotFoundException when the policy is not the one the caller has seen */
function checkRevision(table: SandboxTable, expected: string | undefined): void {
  if (expected === undefined) return;
  const actual = table.policy?.revisionId ?? 'NO_POLICY';
  if (actual !== expected) {
    throw new AwsError(
      'PolicyNotFoundException',
      `Resource-based policy not found for the provided ResourceArn: ${table.arn} with revision id ${expected}`,
    );
  }
}

/** @throws AwsError ResourceInUseException right after the last change, ThrottlingException within 15 seconds of it */
function checkCooldown(table: SandboxTable, now: number): void {
  if (table.policyChangedAt === undefined || now - table.policyChangedAt >= cooldownMs) return;
  if (now - table.policyChangedAt < inUseMs) {
    throw new AwsError('ResourceInUseException', `Resource-based policy of ${table.arn} is being changed`);
  }
  const after = new Date(table.policyChangedAt + cooldownMs).toISOString();
  throw new AwsError(
    'ThrottlingException',
    `Resource-based policy was modified within the previous ${cooldownMs} milliseconds. Please try again after ${after}`,
  );
}

function noPolicy(table: SandboxTable): AwsError {
  return new AwsError(
    'PolicyNotFoundException',
    `Resource-based policy not found for the provided ResourceArn: ${table.arn}`,
  );
}

export const policyOperations: Readonly<Record<string, Operation>> = {
  PutResourcePolicy: putResourcePolicy,
  GetResourcePolicy: getResourcePolicy,
  DeleteResourcePolicy: deleteResourcePolicy,
};
