/** Puts still WebP pictures, as a browser makes them, together to one that moves. The container only: nothing is encoded. */

export type Frame = { readonly webp: Buffer; readonly ms: number };

/**
 * All frames are of one size, lossy or lossless, without transparency; the result begins again at its end.
 * https://developers.google.com/speed/webp/docs/riff_container
 * @throws Error for something that is no such picture
 */
export function animatedWebp(frames: readonly Frame[]): Buffer {
  const [first] = frames;
  if (first === undefined) throw new Error('An animation needs a frame');
  const { width, height } = sizeOf(imageChunk(first.webp));
  const header = Buffer.alloc(10);
  header.writeUInt8(0b10, 0); // it is an animation, and nothing else is special
  header.writeUIntLE(width - 1, 4, 3);
  header.writeUIntLE(height - 1, 7, 3);
  const loop = Buffer.from([255, 255, 255, 255, 0, 0]); // on white, for ever
  const body = Buffer.concat([
    Buffer.from('WEBP'),
    chunk('VP8X', header),
    chunk('ANIM', loop),
    ...frames.map((frame) => chunk('ANMF', framed(frame))),
  ]);
  return Buffer.concat([Buffer.from('RIFF'), size(body.length), body]);
}

function framed({ webp, ms }: Frame): Buffer {
  const image = imageChunk(webp);
  const { width, height } = sizeOf(image);
  const head = Buffer.alloc(16);
  head.writeUIntLE(width - 1, 6, 3);
  head.writeUIntLE(height - 1, 9, 3);
  head.writeUIntLE(ms, 12, 3);
  return Buffer.concat([head, image]);
}

/** The chunk with the picture itself, its header included. */
function imageChunk(webp: Buffer): Buffer {
  for (let at = 12; at + 8 <= webp.length; ) {
    const length = webp.readUInt32LE(at + 4);
    const next = at + 8 + length + (length % 2);
    if (/^VP8[ L]$/.test(webp.toString('latin1', at, at + 4))) return webp.subarray(at, next);
    at = next;
  }
  throw new Error('This is no WebP picture');
}

/** A lossy frame has its size in the key frame's header (RFC 6386, 9.1), a lossless one in its first bits. */
function sizeOf(image: Buffer): { readonly width: number; readonly height: number } {
  if (image.toString('latin1', 0, 4) === 'VP8 ') {
    return { width: image.readUInt16LE(14) & 0x3fff, height: image.readUInt16LE(16) & 0x3fff };
  }
  const bits = image.readUInt32LE(9);
  return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
}

function chunk(name: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(name), size(content.length), content, Buffer.alloc(content.length % 2)]);
}

function size(length: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(length);
  return bytes;
}
