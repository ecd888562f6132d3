import * as zlib from 'node:zlib';

/** Node 20's zlib has no crc32 in its first releases. */
const native: unknown = Reflect.get(zlib, 'crc32');

const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The CRC-32 of some bytes, or of a text in UTF-8, unsigned, as in `x-amz-crc32`. */
export function crc32(body: string | Uint8Array): number {
  if (typeof native === 'function') return Number(native(body));
  let value = 0xffffffff;
  for (const byte of Buffer.from(body)) value = (value >>> 8) ^ (table[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}
