import { expect, test } from 'vitest';
import { inChannel, inThread, nothingSeen, type SeenEvent, see } from '../../../src/sandbox/page/workspace/seen.ts';

const parent = { channel: 'C1', ts: '1.000000', user: 'U1', text: 'parent' };
const reply = { channel: 'C1', ts: '2.000000', user: 'U1', text: 'reply', threadTs: '1.000000' };
const broadcast = { ...reply, ts: '3.000000', isBroadcast: true };
const elsewhere = { ...parent, channel: 'C2' };

function after(...events: readonly SeenEvent[]) {
  return events.reduce(see, nothingSeen);
}

test('a message that is known is replaced, by its channel and its time', () => {
  const edited = { ...parent, text: 'edited' };
  const { messages } = after(
    { event: 'message', data: parent },
    { event: 'message', data: elsewhere },
    { event: 'message', data: edited },
  );
  expect(messages).toEqual([edited, elsewhere]);
});

test('a deleted message is gone from its channel alone', () => {
  const { messages } = after(
    { event: 'message', data: parent },
    { event: 'message', data: elsewhere },
    { event: 'delete', data: { channel: 'C1', ts: parent.ts } },
  );
  expect(messages).toEqual([elsewhere]);
});

test('a snapshot replaces what was known, as after a lost connection', () => {
  const seen = after(
    { event: 'message', data: parent },
    { event: 'lost' },
    { event: 'snapshot', data: { messages: [reply], views: [], home: null } },
  );
  expect(seen.messages).toEqual([reply]);
  expect(seen.isLive).toBe(false);
});

test('the channel shows replies only where they were sent to it too; the thread shows all', () => {
  const all = [parent, reply, broadcast, elsewhere];
  expect(inChannel(all, 'C1')).toEqual([parent, broadcast]);
  expect(inThread(all, 'C1', parent.ts)).toEqual([parent, reply, broadcast]);
});
