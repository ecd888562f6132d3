/** Each folder of test/conversations is a conversation: what people type and click, and what everybody then reads. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { conversationSchema, play } from './transcript.ts';

const folder = 'test/conversations';
const cases = readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

test('there are conversations', () => {
  expect(cases.length).toBeGreaterThanOrEqual(10);
});

test.for(cases)('%s', async (name) => {
  const conversation = conversationSchema.parse(parse(readFileSync(`${folder}/${name}/conversation.yml`, 'utf8')));
  // Written anew with: npx vitest run --config test/vitest.config.ts --root . test/slack/conversations -u
  await expect(await play(conversation)).toMatchFileSnapshot(resolve(folder, name, 'transcript.txt'));
});
