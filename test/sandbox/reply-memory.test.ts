import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonList, JsonText, jsonOf } from '../../src/sandbox/json-text.ts';
import { ReplyMemory } from '../../src/sandbox/reply-memory.ts';
import type { Wire } from '../../src/sandbox/wire.ts';
import { createTable, startSandbox } from './aws-sandbox.ts';

const known = fc.jsonValue().map((value) => ({ plain: value, json: JSON.stringify(value) }));
const member = fc.oneof(
  fc.jsonValue().map((value) => ({ plain: value, written: value })),
  known.map(({ plain, json }) => ({ plain, written: new JsonText(json) })),
  fc.array(known).map((all) => ({ plain: all.map(({ plain }) => plain), written: new JsonList(all) })),
  fc.constant({ plain: undefined, written: undefined }),
);
const reply = fc.dictionary(fc.string({ unit: 'grapheme' }), member).map((members) => {
  const pick = (part: 'plain' | 'written'): Wire =>
    Object.fromEntries(Object.entries(members).map(([name, value]) => [name, value[part]]));
  return { plain: pick('plain'), written: pick('written') };
});

test('a reply whose JSON is known in part is written as JSON.stringify would, as text and as bytes', () => {
  const memory = new ReplyMemory();
  fc.assert(
    fc.property(reply, ({ plain, written }) => {
      const bytes = memory.write(written);
      expect(jsonOf(written)).toBe(JSON.stringify(plain));
      expect(bytes.toString('utf8')).toBe(JSON.stringify(plain));
      memory.giveBack(bytes);
    }),
  );
});

test('a reply may be larger than the memory for it', () => {
  const memory = new ReplyMemory();
  const json = JSON.stringify('é'.repeat(100_000));
  const written = { Items: new JsonList(Array.from({ length: 50 }, () => ({ json }))) };
  expect(memory.write(written).toString('utf8')).toBe(jsonOf(written));
});

test('a page that is read slowly stays what it was while others are written', async () => {
  const { client, sandbox } = await startSandbox();
  // Six bytes of JSON for each that is stored: more than a connection takes in before somebody reads.
  const signs = { one: '\u0001', two: '\u0002' };
  for (const [name, sign] of Object.entries(signs)) {
    await createTable(client, name);
    const items = Array.from({ length: 1_000 }, (_, nth) => ({ pk: { S: `${nth}` }, text: { S: sign.repeat(1_000) } }));
    sandbox.history.seed(name, items, 0);
  }
  const scan = (TableName: string) =>
    fetch(sandbox.url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'DynamoDB_20120810.Scan',
        authorization: 'AWS4-HMAC-SHA256 Credential=AKIATEST/20260310/eu-central-1/dynamodb/aws4_request',
      },
      body: JSON.stringify({ TableName }),
    });
  const signsIn = async (page: Response) => new Set(JSON.stringify(await page.json()).match(/u000\d/g));
  const slow = await scan('one');
  expect(await signsIn(await scan('two'))).toEqual(new Set(['u0002']));
  expect(await signsIn(slow)).toEqual(new Set(['u0001']));
});
