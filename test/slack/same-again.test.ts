import { expect, test } from 'vitest';
import type { RestoreRequest } from '../../src/restore/request.ts';
import { parseCommand } from '../../src/slack/command.ts';
import { sameAgain } from '../../src/slack/messages/same-again.ts';
import { aRequest } from '../support/requests.ts';
import { prod } from './world.ts';

const again = (request: RestoreRequest, environment: typeof prod | undefined = prod) =>
  sameAgain({ request }, environment);
const options = aRequest().options;
const all = { tables: prod.tables };

test('the same restore once more is the same tables, with the choices that were made', () => {
  expect(again(aRequest(all))).toBe('`/pitr-restore prod 2026-11-21T08:00:00Z`');
  expect(again(aRequest())).toBe('`/pitr-restore prod 2026-11-21T08:00:00Z --tables quotes`');
  const chosen = { ...options, fence: 'writes', onConflict: 'keep' } as const;
  expect(again(aRequest({ ...all, options: chosen }))).toBe(
    '`/pitr-restore prod 2026-11-21T08:00:00Z --fence writes --on-conflict keep`',
  );
  const usual = { ...prod, fence: 'writes', onConflict: 'keep' } as const;
  expect(again(aRequest({ ...all, options: chosen }), usual)).toBe('`/pitr-restore prod 2026-11-21T08:00:00Z`');
});

test('a drill once more is of its tables, and of now', () => {
  expect(again(aRequest({ ...all, drill: true }))).toBe('`/pitr-restore drill prod`');
  expect(again(aRequest({ drill: true }))).toBe('`/pitr-restore drill prod --tables quotes`');
});

test('what is to be typed is read as it was meant, also where the environment is not configured any more', () => {
  const request = aRequest({ options: { ...options, onConflict: 'keep' } });
  const typed = sameAgain({ request }, undefined).replaceAll('`', '').replace('/pitr-restore ', '');
  expect(parseCommand(typed, ['prod'])).toMatchObject({
    environment: 'prod',
    words: '2026-11-21T08:00:00Z',
    tables: ['quotes'],
    onConflict: 'keep',
    fence: 'off',
  });
});

test('a command that would be cut is not given with half of its tables', () => {
  const tables = Array.from({ length: 40 }, (_, index) => ({
    label: `${index}${'x'.repeat(60)}`,
    table: `t-${index}`,
  }));
  expect(again(aRequest({ tables }))).toBe(
    '`/pitr-restore prod 2026-11-21T08:00:00Z`, and under Options the tables named here',
  );
});
