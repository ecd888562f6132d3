import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  type InputLogEvent,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { expect, test } from 'vitest';
import { noon, startSandbox } from './aws-sandbox.ts';

const where = { logGroupName: '/aws/dynamodb/restore', logStreamName: 'pitr-restore' };
const hour = 3_600_000;
const day = 24 * hour;

async function withStream() {
  const started = await startSandbox();
  await started.logs.send(new CreateLogGroupCommand(where));
  await started.logs.send(new CreateLogStreamCommand(where));
  const put = (...logEvents: InputLogEvent[]) => started.logs.send(new PutLogEventsCommand({ ...where, logEvents }));
  return { ...started, put };
}

const at = (timestamp: number, message = 'hello') => ({ timestamp, message });

test('groups and streams are created once and described', async () => {
  const { logs } = await withStream();
  const exists = { name: 'ResourceAlreadyExistsException' };
  await expect(logs.send(new CreateLogGroupCommand(where))).rejects.toMatchObject(exists);
  await expect(logs.send(new CreateLogStreamCommand(where))).rejects.toMatchObject(exists);
  await logs.send(new PutRetentionPolicyCommand({ ...where, retentionInDays: 30 }));
  const groups = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/aws/' }));
  expect(groups.logGroups).toMatchObject([
    { logGroupName: where.logGroupName, retentionInDays: 30, creationTime: noon },
  ]);
  const streams = await logs.send(new DescribeLogStreamsCommand({ logGroupName: where.logGroupName }));
  expect(streams.logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(['pitr-restore']);
});

test('events come back in order, page by page, and are found by their words', async () => {
  const { logs, put } = await withStream();
  await put(at(noon - 2, 'first [r-1]'), at(noon, 'third [r-1]'));
  await put(at(noon - 1, 'second [r-2]'));
  const page = await logs.send(new GetLogEventsCommand({ ...where, startFromHead: true, limit: 2 }));
  expect(page.events?.map(({ message }) => message)).toEqual(['first [r-1]', 'second [r-2]']);
  const next = await logs.send(new GetLogEventsCommand({ ...where, nextToken: page.nextForwardToken }));
  expect(next.events?.map(({ message }) => message)).toEqual(['third [r-1]']);
  const found = await logs.send(
    new FilterLogEventsCommand({ logGroupName: where.logGroupName, filterPattern: '"[r-1]" -first' }),
  );
  expect(found.events).toMatchObject([{ message: 'third [r-1]', logStreamName: 'pitr-restore' }]);
});

test('nothing is written to a group or a stream that is not there', async () => {
  const { logs, put } = await withStream();
  await logs.send(new DeleteLogGroupCommand(where));
  await expect(put(at(noon))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  });
  await logs.send(new CreateLogGroupCommand(where));
  await expect(put(at(noon))).rejects.toMatchObject({ message: 'The specified log stream does not exist.' });
});

test.for([
  ['no events', []],
  ['10,001 events', Array.from({ length: 10_001 }, () => at(noon, 'x'))],
  ['events out of order', [at(noon), at(noon - 1)]],
  ['a span of more than 24 hours', [at(noon - day - 1), at(noon)]],
  ['an empty message', [at(noon, '')]],
  ['an event of more than 1 MB with its 26 bytes', [at(noon, 'x'.repeat(1_048_576 - 25))]],
  ['more than 1 MB in UTF-8', [at(noon, 'é'.repeat(262_144)), at(noon, 'é'.repeat(262_144))]],
] as const)('a batch with %s is refused', async ([, events]) => {
  const { put } = await withStream();
  await expect(put(...events)).rejects.toMatchObject({ name: 'InvalidParameterException' });
});

test('a batch at its limits is taken, whatever sequence token comes with it', async () => {
  const { logs, put } = await withStream();
  await put(at(noon - day), at(noon, 'x'.repeat(1_048_576 - 26 - 31)));
  await put(...Array.from({ length: 10_000 }, () => at(noon, 'x')));
  const stale = new PutLogEventsCommand({ ...where, logEvents: [at(noon)], sequenceToken: 'stale' });
  expect(await logs.send(stale)).toMatchObject({ nextSequenceToken: expect.any(String) });
});

test('events from too far away are left out and accounted for', async () => {
  const { logs, put } = await withStream();
  const young = await put(at(noon), at(noon + 2 * hour), at(noon + 2 * hour + 1));
  expect(young.rejectedLogEventsInfo).toEqual({ tooNewLogEventStartIndex: 2 });
  const old = await put(at(noon - 14 * day - 1), at(noon - 14 * day));
  expect(old.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1 });
  await logs.send(new PutRetentionPolicyCommand({ ...where, retentionInDays: 1 }));
  const expired = await put(at(noon - day - 1), at(noon - day));
  expect(expired.rejectedLogEventsInfo).toEqual({ expiredLogEventEndIndex: 1 });
  const { events } = await logs.send(new GetLogEventsCommand({ ...where, startFromHead: true }));
  expect(events).toHaveLength(4);
});

test('faults strike here too', async () => {
  const { sandbox, put } = await withStream();
  sandbox.faults.add({
    operation: 'PutLogEvents',
    kind: 'error',
    name: 'ThrottlingException',
    message: 'Rate exceeded',
  });
  await expect(put(at(noon))).rejects.toMatchObject({ name: 'ThrottlingException' });
  await put(at(noon));
});
