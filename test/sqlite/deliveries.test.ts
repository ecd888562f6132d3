import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDatabase } from '../../src/sqlite/database.ts';
import { createDeliveries } from '../../src/sqlite/deliveries.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

test('of two processes one may post a message, until it has or its time is over', () => {
  const file = join(temporaryFolder(), 'state.sqlite');
  const [a, b] = [openDatabase(file), openDatabase(file)];
  const claim = (db: typeof a, process: string, now: number) =>
    createDeliveries(db).claim('slack', 'restore-1', 'parent', { process, now, until: now + 10 });
  expect(claim(a, 'a', 0)).toBe('ours');
  expect(claim(b, 'b', 5)).toBe('theirs');
  expect(claim(a, 'a', 5)).toBe('ours');
  expect(claim(b, 'b', 15)).toBe('taken-over');
  expect(claim(a, 'a', 16)).toBe('theirs');
  createDeliveries(b).remember('slack', 'restore-1', 'parent', { channelId: 'C', messageId: '1' });
  expect(claim(a, 'a', 99)).toBe('posted');
  a.close();
  b.close();
});

test('what was posted of a run is found by its key, and all of it together', () => {
  const db = openDatabase(join(temporaryFolder(), 'state.sqlite'));
  const deliveries = createDeliveries(db);
  const [first, second] = ['1', '2'].map((messageId) => ({ channelId: 'C', messageId }));
  if (first === undefined || second === undefined) throw new Error('two messages');
  deliveries.remember('slack', 'restore-1', 'parent', first);
  deliveries.remember('slack', 'restore-1', 'plan', second);
  deliveries.remember('slack', 'restore-2', 'other', second);
  deliveries.remember('mail', 'restore-1', 'other', second);
  expect(deliveries.posted('slack', 'restore-1', 'plan')).toEqual(second);
  expect(deliveries.allPosted('slack', 'restore-1')).toEqual(
    new Map([
      ['parent', first],
      ['plan', second],
    ]),
  );
  expect(deliveries.allPosted('slack', 'restore-3')).toEqual(new Map());
  db.close();
});
