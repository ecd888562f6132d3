import { expect, test } from 'vitest';
import { UserError } from '../../../src/restore/errors.ts';
import { hasFence, lowering, samePolicy, withFence, withoutFence } from '../../../src/restore/fence/policy.ts';
import { fenceStatement, sidOf } from '../../../src/restore/fence/statement.ts';
import { fenceWindow } from '../../../src/restore/fence/window.ts';

const arn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/shop-orders';
const sid = sidOf('restore-2026-11-22T12-00-00Z');
const noon = Date.parse('2026-11-22T12:00:00Z');
const minute = 60_000;
const statement = fenceStatement({
  sid,
  arn,
  exempt: '*:pitr-restore@*',
  startsAt: noon,
  endsAt: noon + 120 * minute,
});
const theirs = { Sid: 'Theirs', Effect: 'Allow', Principal: { AWS: '123456789012' }, Action: 'dynamodb:GetItem' };

const policies: readonly (readonly [string, string | undefined])[] = [
  ['no policy', undefined],
  ['one statement', JSON.stringify({ Version: '2012-10-17', Statement: [theirs] })],
  ['a statement outside a list', JSON.stringify({ Version: '2012-10-17', Statement: theirs })],
  ['layout of its own', JSON.stringify({ Statement: [theirs], Id: 'x', Version: '2008-10-17' }, null, 4)],
  ['no version', JSON.stringify({ Statement: [theirs] })],
];

test.for(policies)('what is put up on %s comes down to the byte', ([, before]) => {
  const up = withFence(before, statement);
  expect(hasFence(up, sid)).toBe(true);
  expect(JSON.parse(up).Statement).toContainEqual(statement);
  expect(lowering(up, before, sid)).toEqual({ how: 'as-before', document: before });
  expect(lowering(JSON.stringify(JSON.parse(up), null, 2), before, sid)).toEqual({
    how: 'as-before',
    document: before,
  });
});

test('the statement denies writes only, to everybody but us, within the window', () => {
  expect(statement).toEqual({
    Sid: 'PitrFencerestore20261122T120000Z',
    Effect: 'Deny',
    Principal: '*',
    Action: [
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'BatchWriteItem',
      'PartiQLInsert',
      'PartiQLUpdate',
      'PartiQLDelete',
    ].map((action) => `dynamodb:${action}`),
    Resource: arn,
    Condition: {
      DateGreaterThan: { 'aws:CurrentTime': '2026-11-22T12:00:00Z' },
      DateLessThan: { 'aws:CurrentTime': '2026-11-22T14:00:00Z' },
      StringNotLike: { 'aws:userid': '*:pitr-restore@*' },
    },
  });
});

test('a new policy has the current version, an old one keeps its own: another would change its variables', () => {
  const version = (before: string | undefined) => JSON.parse(withFence(before, statement)).Version;
  expect(version(undefined)).toBe('2012-10-17');
  expect(version(JSON.stringify({ Version: '2012-10-17', Statement: [] }))).toBe('2012-10-17');
  expect(version(JSON.stringify({ Version: '2008-10-17', Statement: [] }))).toBe('2008-10-17');
  expect(version(JSON.stringify({ Statement: [] }))).toBe('2008-10-17');
});

test('what somebody changed meanwhile stays, and only ours is taken out', () => {
  const before = JSON.stringify({ Version: '2012-10-17', Statement: [theirs] });
  const up = JSON.parse(withFence(before, statement));
  const changed = JSON.stringify({ ...up, Statement: [{ ...theirs, Sid: 'New' }, ...up.Statement] });
  const rest = JSON.stringify({ Version: '2012-10-17', Statement: [{ ...theirs, Sid: 'New' }, theirs] });
  expect(lowering(changed, before, sid)).toEqual({ how: 'others-kept', document: rest });
  const alone = withFence(undefined, statement);
  expect(lowering(alone, before, sid)).toEqual({ how: 'others-kept', document: undefined });
});

test.for([[undefined], [JSON.stringify({ Version: '2012-10-17', Statement: [theirs] })]])(
  'where it is not there, nothing is to be done: %s',
  ([current]) => {
    expect(lowering(current, undefined, sid)).toEqual({ how: 'was-gone' });
  },
);

test('another run’s fence is somebody else’s statement', () => {
  const up = withFence(undefined, statement);
  expect(hasFence(up, sidOf('restore-2026-11-22T12-00-00Z-2'))).toBe(false);
  expect(withoutFence(up, 'Other')).toBe(up);
});

test('a policy too long for it is refused, with the sizes; one byte less is not', () => {
  const padded = (bytes: number) => JSON.stringify({ Version: '2012-10-17', Statement: [], Id: 'é'.repeat(bytes / 2) });
  const room = 20_480 - Buffer.byteLength(withFence(padded(0), statement));
  expect(Buffer.byteLength(withFence(padded(room - (room % 2)), statement))).toBeGreaterThan(20_478);
  expect(() => withFence(padded(room + 2), statement)).toThrow(
    expect.objectContaining({ code: 'FENCE', message: expect.stringMatching(/2048[12] bytes, and AWS takes 20480/) }),
  );
});

test.for(['not json', '[]', '"text"', 'null'])('%s is refused as a policy', (before) => {
  expect(() => withFence(before, statement)).toThrow(UserError);
});

test('order of members and layout do not make another policy, order of statements does', () => {
  expect(samePolicy('{"a":1,"Statement":[]}', '{ "Statement": [], "a": 1 }')).toBe(true);
  expect(samePolicy('{"Statement":[{"Sid":"a"},{"Sid":"b"}]}', '{"Statement":[{"Sid":"b"},{"Sid":"a"}]}')).toBe(false);
  expect(samePolicy(undefined, '{"Statement":[]}')).toBe(false);
  expect(samePolicy(undefined, undefined)).toBe(true);
});

test('a window starts when AWS obeys, on a whole second, and ends after the time allowed and two hours', () => {
  const first = fenceWindow(noon + 1, false, 30);
  expect(new Date(first.startsAt).toISOString()).toBe('2026-11-22T12:00:31.000Z');
  expect(first.endsAt - first.startsAt).toBe(150 * minute);
  expect(fenceWindow(noon, true, 30).startsAt).toBe(noon + 5 * minute);
});
