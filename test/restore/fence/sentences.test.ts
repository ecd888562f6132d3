import { expect, test } from 'vitest';
import * as say from '../../../src/restore/fence/sentences.ts';

const arn = 'arn:aws:dynamodb:eu-central-1:123456789012:table/shop-orders';
const tell = (instant: number) => new Date(instant).toISOString().slice(11, 16);
const [startsAt, endsAt] = [Date.parse('2026-11-22T12:00:00Z'), Date.parse('2026-11-22T14:30:00Z')];

test('whoever asks for a fence reads what the application will see, and for how long at most', () => {
  const notice = say.fenceNotice(30);
  expect(notice).toContain('AccessDeniedException, which AWS SDKs do not retry');
  expect(notice).toContain('up to four minutes');
  expect(notice).toContain('opens by itself after 2 h 30 min at the latest');
  expect(say.fenceNotice(60)).toContain('after 3 h at the latest');
});

test('the thread says from when to when, and how it ended', () => {
  expect(say.fenceRaisedSentence('orders', { startsAt, endsAt }, tell)).toMatch(
    /^Fence up on orders: from 12:00 on.* 14:30\.$/,
  );
  expect(say.fenceLoweredSentence('orders', 'as-before')).toContain('is what it was');
  expect(say.fenceLoweredSentence('orders', 'others-kept')).toContain('only our statement was taken out');
  expect(say.fenceLoweredSentence('orders', 'was-gone')).not.toContain('four minutes');
});

test('a fence that stays up is said with the command and the instant at which it opens', () => {
  const command = say.commandToLower(arn, 'PitrFence1', false);
  const sentence = say.fenceLeftSentence('orders', { reason: 'No answer.', command, opensAt: endsAt }, tell);
  expect(sentence).toContain('opens by itself at 14:30');
  expect(sentence).toContain(`select(.Sid == "PitrFence1")`);
  expect(say.commandToLower(arn, 'PitrFence1', true)).toBe(
    `aws dynamodb delete-resource-policy --region eu-central-1 --resource-arn ${arn}`,
  );
});
