import { isDeepStrictEqual } from 'node:util';
import { AwsError, invalid } from '../../aws-error.ts';
import { optionalText, text } from '../../wire.ts';
import type { Operation } from '../operation.ts';
import type { SandboxTable } from '../table.ts';
import { settled } from './tags.ts';

const maxPolicyBytes = 20_480;
const cooldownMs = 15_000;

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
  table.policy = { document, revisionId: String(now) };
  table.policyChangedAt = now;
  return { RevisionId: table.policy.revisionId };
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
  table.policy = undefined;
  table.policyChangedAt = now;
  return { RevisionId: revisionId };
};

function parsePolicy(document: string): unknown {
  try {
    return JSON.parse(document);
  } catch (cause) {
    throw Object.assign(invalid('Invalid policy document: not valid JSON'), { cause });
  }
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

/** @throws AwsError ThrottlingException within 15 seconds of the last change */
function checkCooldown(table: SandboxTable, now: number): void {
  if (table.policyChangedAt === undefined || now - table.policyChangedAt >= cooldownMs) return;
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
