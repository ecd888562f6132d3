import { createHash, createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { Sha256 } from '../../src/dynamodb/sha256.ts';

const parts = [
  [],
  ['text ü'],
  ['text', Buffer.from([0, 255])],
  [new Uint8Array([1, 2, 3]).buffer, new DataView(new Uint8Array([9, 1, 2, 9]).buffer, 1, 2)],
] as const;
const whole = (data: (typeof parts)[number]) =>
  Buffer.concat(
    data.map((part) =>
      typeof part === 'string'
        ? Buffer.from(part)
        : ArrayBuffer.isView(part)
          ? Buffer.from(part.buffer, part.byteOffset, part.byteLength)
          : Buffer.from(part),
    ),
  );
const hex = (digest: Uint8Array) => Buffer.from(digest).toString('hex');

test.for(parts.map((data) => ({ data })))(
  '$data is digested as Node digests it, with and without a secret',
  async ({ data }) => {
    const plain = new Sha256();
    for (const part of data) plain.update(part);
    expect(hex(await plain.digest())).toBe(createHash('sha256').update(whole(data)).digest('hex'));
    for (const secret of ['secret', Buffer.from('secret'), new Uint8Array([1, 2]).buffer]) {
      const signing = new Sha256(secret);
      for (const part of data) signing.update(part);
      const key = typeof secret === 'string' ? secret : new Uint8Array(secret);
      expect(hex(await signing.digest())).toBe(createHmac('sha256', key).update(whole(data)).digest('hex'));
    }
  },
);

test('after a reset it begins anew', async () => {
  const sha256 = new Sha256();
  sha256.update('forgotten');
  sha256.reset();
  sha256.update('kept');
  expect(hex(await sha256.digest())).toBe(createHash('sha256').update('kept').digest('hex'));
});
