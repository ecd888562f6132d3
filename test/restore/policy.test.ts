import { describe, expect, test } from 'vitest';
import type { Environment } from '../../src/restore/environment.ts';
import {
  type Account,
  type Channel,
  mayAnswerPlan,
  mayApprove,
  mayCancel,
  mayDeny,
  mayLook,
  mayRequest,
  mayWithdraw,
  notAllowed,
} from '../../src/restore/policy.ts';
import type { Actor } from '../../src/restore/request.ts';

const prod: Environment = {
  name: 'prod',
  region: 'eu-central-1',
  tables: [{ label: 'quotes', table: 'quotes' }],
  admins: ['UADMIN', 'UBOTH'],
  approvers: ['UAPPROVER', 'UBOTH'],
  approvals: 1,
  channels: ['COPS'],
  planConfirmation: 'always',
  reasonRequired: true,
  timeoutMinutes: 30,
  onConflict: 'overwrite',
  fence: 'off',
};

const home = { teamId: 'T1' };
const admin: Account = { userId: 'UADMIN', teamId: 'T1', deleted: false, bot: false, guest: false, stranger: false };
const ops: Channel = { channelId: 'COPS', shared: false, joined: true };
const user = (userId: string, teamId = 'T1'): Actor => ({ kind: 'slack', userId, teamId });
const shell: Actor = { kind: 'shell', user: 'root', host: 'ops' };

describe('asking for a restore', () => {
  test.for([
    ['an admin in the channel', {}, {}, undefined],
    ['an approver who is no admin', { userId: 'UAPPROVER' }, {}, 'You may not ask for a restore of prod.'],
    ['a deactivated admin', { deleted: true }, {}, 'This account is deactivated.'],
    ['a bot', { bot: true }, {}, 'Bots and apps may not ask for, approve or stop a restore.'],
    ['a guest', { guest: true }, {}, 'Guests may not use this bot.'],
    ['a stranger', { stranger: true }, {}, 'You belong to another workspace.'],
    ['an admin seen from another team', { teamId: 'T2' }, {}, 'You belong to another workspace.'],
    ['another channel', {}, { channelId: 'CELSE' }, 'prod may not be restored from this channel.'],
    ['a shared channel', {}, { shared: true }, 'This channel is shared with another organisation (Slack Connect).'],
    [
      'a channel without the bot',
      {},
      { joined: false },
      'I am not in this channel, so I could not tell the story of a restore here.',
    ],
  ] as const)('%s', ([, account, channel, message]) => {
    const refusal = mayRequest(prod, { ...admin, ...account }, { ...ops, ...channel }, home);
    expect(refusal?.message).toBe(message);
    if (refusal !== undefined) expect(refusal.hint).not.toBe('');
  });

  test('no channels configured: every channel of the workspace', () => {
    expect(mayRequest({ ...prod, channels: [] }, admin, { ...ops, channelId: 'CANY' }, home)).toBeUndefined();
  });

  test('another workspace of the same Enterprise Grid is ours, of another one is not', () => {
    const grid = { teamId: 'T1', enterpriseId: 'E1' };
    expect(mayRequest(prod, { ...admin, teamId: 'T2', enterpriseId: 'E1' }, ops, grid)).toBeUndefined();
    expect(mayRequest(prod, { ...admin, teamId: 'T2', enterpriseId: 'E2' }, ops, grid)).toBeDefined();
    expect(mayRequest(prod, { ...admin, teamId: 'T2', enterpriseId: 'E2' }, ops, home)).toBeDefined();
  });

  test('a refusal names whom to ask, also as an error', () => {
    const refusal = mayRequest(prod, { ...admin, userId: 'UEVE' }, ops, home);
    expect(refusal?.ask).toEqual(prod.admins);
    expect(refusal && notAllowed(refusal)).toMatchObject({
      code: 'NOT_ALLOWED',
      hint: expect.stringContaining('Ask one of: UADMIN, UBOTH.'),
    });
  });
});

test.for([
  ['approve', 'an approver', mayApprove(prod, user('UADMIN'), user('UAPPROVER')), true],
  ['approve', 'an admin who is no approver', mayApprove(prod, user('UBOTH'), user('UADMIN')), false],
  ['approve', 'the requester, though an approver', mayApprove(prod, user('UBOTH'), user('UBOTH')), false],
  [
    'approve',
    'the requester under another team of the Grid',
    mayApprove(prod, user('UBOTH', 'T1'), user('UBOTH', 'T2')),
    false,
  ],
  ['approve', 'a shell', mayApprove(prod, user('UADMIN'), shell), false],
  ['deny', 'an approver', mayDeny(prod, user('UADMIN'), user('UAPPROVER')), true],
  ['deny', 'the requester', mayDeny(prod, user('UBOTH'), user('UBOTH')), false],
  ['deny', 'anybody else', mayDeny(prod, user('UADMIN'), user('UEVE')), false],
  ['withdraw', 'the requester', mayWithdraw(user('UADMIN'), user('UADMIN')), true],
  ['withdraw', 'an approver', mayWithdraw(user('UADMIN'), user('UAPPROVER')), false],
  ['cancel', 'the requester', mayCancel(prod, user('UGONE'), user('UGONE')), true],
  ['cancel', 'an admin', mayCancel(prod, user('UGONE'), user('UADMIN')), true],
  ['cancel', 'an approver', mayCancel(prod, user('UGONE'), user('UAPPROVER')), true],
  ['cancel', 'a shell', mayCancel(prod, user('UGONE'), shell), true],
  ['cancel', 'anybody else', mayCancel(prod, user('UGONE'), user('UEVE')), false],
  ['answer the plan', 'an admin', mayAnswerPlan(prod, user('UADMIN')), true],
  ['answer the plan', 'an approver', mayAnswerPlan(prod, user('UAPPROVER')), true],
  ['answer the plan', 'anybody else', mayAnswerPlan(prod, user('UEVE')), false],
  ['look', 'an approver', mayLook(prod, { userId: 'UAPPROVER' }), true],
  ['look', 'anybody else', mayLook(prod, { userId: 'UEVE' }), false],
] as const)('may %s: %s', ([, , refusal, allowed]) => {
  expect(refusal === undefined).toBe(allowed);
});

test('who asked is never named as one who could approve', () => {
  expect(mayApprove(prod, user('UBOTH'), user('UBOTH'))?.ask).toEqual(['UAPPROVER']);
});
