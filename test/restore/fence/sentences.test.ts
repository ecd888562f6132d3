import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as say from '../../../src/restore/fence/sentences.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

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
  const command = say.commandToLower(arn, 'PitrFence1');
  const sentence = say.fenceLeftSentence('orders', { reason: 'No answer.', command, opensAt: endsAt }, tell);
  expect(sentence).toContain('opens by itself at 14:30');
  expect(sentence).toContain(command);
});

const ours = { Sid: 'PitrFence1', Effect: 'Deny' };
const theirs = { Sid: 'Theirs', Effect: 'Allow' };
/** Of the system's own. */
const jq = 'jq';
const hasJq = spawnSync(jq, ['--version']).status === 0;

describe.runIf(hasJq && process.platform !== 'win32')('the command that takes a fence down, in a real shell', () => {
  /** What the command asks of AWS, when the policy of the table has these statements. */
  function typed(Statement: unknown): readonly string[] {
    const folder = temporaryFolder();
    const reply = JSON.stringify({ Policy: JSON.stringify({ Version: '2012-10-17', Statement }), RevisionId: '1763' });
    const aws = `#!/bin/sh\nif [ "$2" = get-resource-policy ]; then cat <<'END'\n${reply}\nEND\nelse echo "$@" >> asked; fi\n`;
    writeFileSync(join(folder, 'aws'), aws, { mode: 0o755 });
    const PATH = `${folder}:${process.env['PATH']}`;
    const { status, stderr } = spawnSync('sh', ['-c', say.commandToLower(arn, 'PitrFence1')], {
      cwd: folder,
      env: { ...process.env, PATH },
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return [readFileSync(join(folder, 'asked'), 'utf8').trim(), readFileSync(join(folder, 'rest.json'), 'utf8').trim()];
  }

  test.for([
    ['alone', [ours]],
    ['as the only one, and no list', ours],
  ] as const)('deletes the policy where our statement is there %s, if it is still that one', ([, statement]) => {
    expect(typed(statement)[0]).toBe(
      `dynamodb delete-resource-policy --region eu-central-1 --resource-arn ${arn} --expected-revision-id 1763`,
    );
  });

  test('leaves the statements of others, also those that came after ours', () => {
    const [asked, rest] = typed([theirs, ours, theirs]);
    expect(asked).toBe(
      `dynamodb put-resource-policy --region eu-central-1 --resource-arn ${arn} --policy file://rest.json --expected-revision-id 1763`,
    );
    expect(JSON.parse(rest ?? '')).toEqual({ Version: '2012-10-17', Statement: [theirs, theirs] });
  });
});
