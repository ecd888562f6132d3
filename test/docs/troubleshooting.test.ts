import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/arguments.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import { selectTables } from '../../src/restore/environment.ts';
import { UserError } from '../../src/restore/errors.ts';
import { readRestorePoint } from '../../src/restore/restore-point.ts';
import { plain, sentencesIn, sentencesOfTrouble, wholeSource } from './sentences.ts';

const root = join(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'docs/troubleshooting.md'), 'utf8');
const said = sentencesOfTrouble();

/** Text of a section, by its heading. */
const sections = new Map(
  page
    .split(/^#{2,3} /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf('\n')), plain(part)]),
);

/** Said when nothing is wrong, or only a piece of a sentence that is on the page. */
const noTrouble: readonly string[] = [
  ...['The audit trail is whole: …, each as it was written.', 'It ends with row …, hash ….'],
  'Note that hash in another place: who can write to the file could write a whole new trail, but not one that ends in it.',
  ...[
    '… is …. Nothing was begun.',
    'To ask for the same again: …',
    'Nothing is left over of restores that have ended.',
    'LEFT OVER',
  ],
  'Would be deleted, if AWS still has it. Nothing was changed.',
  '… ok, …, … failed, … not tested. Nothing was changed.',
  ...['Allowed on …: ….', 'not tested:', 'Left. No restore was running.', 'What waits, and what is due'],
  ...['CloudWatch Logs (…, stream …, …)', 'This machine', 'Put back', 'Written back and verified', 'The tables'],
  'It is of an older version; the next start brings it up to date.',
  ...['VirtualBox shared folder', 'VMware shared folder', 'SQLite format 3\u0000'],
  'Fence closed on …: a write that could not have changed anything was denied, three times in a row.',
  'Could not assume ….',
];

/** What is filled in at the ends is nothing to search for. */
function inside(text: string): string {
  return text.replace(/^[…\s]+/, '');
}

test('every sentence that the program can say about a trouble is on the page', () => {
  const all = plain(page);
  const missing = said.filter(
    ({ text, code }) => code === undefined && !all.includes(inside(text)) && !noTrouble.includes(text),
  );
  expect(
    missing.map(({ file, text }) => `${file}: ${text}`),
    'docs/troubleshooting.md lacks',
  ).toEqual([]);
});

test('every code has a section, and every error stands in the section of its code', () => {
  const source = readFileSync(join(root, 'src/restore/errors.ts'), 'utf8');
  const codes = [...source.slice(source.indexOf('export type ErrorCode')).matchAll(/^ {2}\| '([A-Z_]+)'/gm)];
  expect(codes.length).toBeGreaterThan(30);
  for (const [, code = ''] of codes) expect([...sections.keys()]).toContain(code);
  const misplaced = said.filter(({ text, code }) => code !== undefined && !sections.get(code)?.includes(text));
  expect(
    misplaced.map(({ file, code, text }) => `${file}: ${code}: ${text}`),
    'docs/troubleshooting.md lacks, in the section of that code',
  ).toEqual([]);
});

test('what is left out on purpose is still said somewhere', () => {
  const texts = said.map(({ text }) => text);
  expect(noTrouble.filter((text) => !texts.includes(text))).toEqual([]);
});

test('every message on the page is one that the program still has', async () => {
  const source = wholeSource();
  const messages = [...page.matchAll(/`([^`\n]+ [^`\n]+[.?:)…])`/g)].map(([, text = '']) => plain(text));
  expect(messages.length).toBeGreaterThan(300);
  const gone = messages.filter((text) =>
    text.split('…').some((piece) => piece.trim().length > 7 && !source.includes(piece.trim())),
  );
  expect(gone).toEqual([]);
});

test.each([
  ...(await messagesOf(() => parseCommandLine(['--restore-pont', '9am']))),
  ...(await messagesOf(() => parseCommandLine(['statsu']))),
  ...(await messagesOf(() => parseCommandLine(['--environment', 'dev', '--restore-point', '9am', '--fence', 'wood']))),
  ...(await messagesOf(() =>
    loadConfig({ PORT: 'http', PITR_ADMINS: 'alice', PITR_CONFIG: 'pitr.yml' }, () => 'environments:'),
  )),
  ...(await messagesOf(async () => placeIn(await loadConfig({})))),
  ...refusalsOf('yesterday', '03/04/2026 9am', 'tomorrow 9am', 'soon', '9am CST', '25:61', '2026-03-29 02:30'),
])('"%s", as it is really printed, is found on the page', (printed) => {
  expect(isOnPage(printed)).toBe(true);
});

test('what nobody prints is not found on it', () => {
  expect(isOnPage('The moon is made of cheese, and nothing was changed.')).toBe(false);
});

test('a new error is noticed wherever it is made', () => {
  const made = sentencesIn(
    'restore/new.ts',
    `throw new UserError('SWAP', \`The table \${name} has vanished.\`, hint);`,
  );
  expect(made).toEqual([{ file: 'restore/new.ts', text: 'The table … has vanished.', code: 'SWAP' }]);
});

/** Whether one of the page's messages is what was printed, with something where it has `…`. */
function isOnPage(printed: string): boolean {
  return [...page.matchAll(/`([^`\n]{12,})`/g)].some(([, text = '']) =>
    new RegExp(`^${plain(text).split('…').map(literal).join('.+')}`).test(plain(printed)),
  );
}

/** The lines of what is thrown, each mistake of a configuration without its place. */
async function messagesOf(work: () => unknown): Promise<readonly string[]> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^ {2}- (?:pitr\.yml, line \d+: )?[\w.[\]]+: /, ''));
  }
  throw new Error('Nothing was refused');
}

function placeIn({ environments: [dev] }: Config): unknown {
  if (dev === undefined) throw new Error('There is no dev');
  return selectTables(dev, ['orders']);
}

function refusalsOf(...words: readonly string[]): readonly string[] {
  return words.map((text) => {
    const reading = readRestorePoint(text, Date.parse('2026-11-22T12:00:00Z'), 'Europe/Berlin');
    if (reading.kind !== 'refused') throw new Error(`${text} is not refused`);
    return reading.refusal.message;
  });
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
