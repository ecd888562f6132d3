import { AwsError, invalid } from '../../aws-error.ts';
import { optionalFlag, optionalList, optionalRecord, record, text, type Wire } from '../../wire.ts';
import type { Operation } from '../operation.ts';
import type { Region } from '../region.ts';
import type { SandboxTable } from '../table.ts';

/** Reads a list of `{Key, Value}`. */
export function tagsFrom(list: readonly unknown[]): [string, string][] {
  return list.map(record).map((tag) => [text(tag, 'Key'), text(tag, 'Value')]);
}

const tagResource: Operation = async ({ region, body }) => {
  const table = settled(region, text(body, 'ResourceArn'));
  for (const [key, value] of tagsFrom(optionalList(body, 'Tags') ?? [])) table.tags.set(key, value);
  return {};
};

const untagResource: Operation = async ({ region, body }) => {
  const table = settled(region, text(body, 'ResourceArn'));
  for (const key of optionalList(body, 'TagKeys') ?? []) table.tags.delete(String(key));
  return {};
};

const listTagsOfResource: Operation = async ({ region, body }) => {
  const { tags } = settled(region, text(body, 'ResourceArn'));
  return { Tags: [...tags].map(([Key, Value]) => ({ Key, Value })) };
};

const updateTimeToLive: Operation = async ({ region, body }) => {
  const table = settled(region, text(body, 'TableName'));
  const specification = optionalRecord(body, 'TimeToLiveSpecification') ?? {};
  const [enabled, attribute] = [optionalFlag(specification, 'Enabled'), text(specification, 'AttributeName')];
  if (enabled === (table.ttlAttribute !== undefined)) {
    throw invalid(`TimeToLive is already ${enabled ? 'enabled' : 'disabled'}`);
  }
  table.ttlAttribute = enabled ? attribute : undefined;
  return { TimeToLiveSpecification: specification };
};

const describeTimeToLive: Operation = async ({ region, body }) => {
  const { ttlAttribute } = settled(region, text(body, 'TableName'));
  return { TimeToLiveDescription: ttlDescription(ttlAttribute) };
};

function ttlDescription(attribute: string | undefined): Wire {
  return attribute === undefined
    ? { TimeToLiveStatus: 'DISABLED' }
    : { TimeToLiveStatus: 'ENABLED', AttributeName: attribute };
}

/** @throws AwsError ResourceNotFoundException also while the table is still being made */
export function settled(region: Region, nameOrArn: string): SandboxTable {
  const table = region.find(nameOrArn);
  if (table === undefined || table.status(region.world.clock()) !== 'ACTIVE') {
    throw new AwsError('ResourceNotFoundException', `Requested resource not found: ${nameOrArn} not found`);
  }
  return table;
}

export const tagOperations: Readonly<Record<string, Operation>> = {
  TagResource: tagResource,
  UntagResource: untagResource,
  ListTagsOfResource: listTagsOfResource,
  UpdateTimeToLive: updateTimeToLive,
  DescribeTimeToLive: describeTimeToLive,
};
