import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { allowedFields, createLog } from '../src/log.ts';

function logging(level: 'info' | 'debug' = 'info') {
  const lines: string[] = [];
  const log = createLog(level, { write: (line: string) => lines.push(line) });
  return { log, lines };
}

test('a line is JSON with the time, the level in words and what was said', () => {
  const { log, lines } = logging();
  log.child({ runId: 'restore-1' }).info({ phase: 'SWAP_DATA', items: 3 }, 'swapped');
  expect(JSON.parse(lines.join(''))).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    runId: 'restore-1',
    phase: 'SWAP_DATA',
    items: 3,
    msg: 'swapped',
  });
});

test('what is not on the list is left out, by a line or by a child, and only its name is kept', () => {
  const { log, lines } = logging();
  log.child({ token: 'top-secret' }).info({ item: { quote: { S: 'top-secret' } }, table: 'quotes' }, 'scanned');
  expect(lines.join('')).not.toContain('top-secret');
  expect(JSON.parse(lines.join(''))).toMatchObject({ table: 'quotes', left_out: ['token', 'item'] });
});

test('something deep cannot hide under a name that is on the list', () => {
  const { log, lines } = logging();
  log.info({ table: { Item: 'top-secret' }, tables: ['quotes', { Item: 'top-secret' }] }, 'scanned');
  expect(lines.join('')).not.toContain('top-secret');
  expect(JSON.parse(lines.join(''))).toMatchObject({ tables: ['quotes'] });
});

test('an error keeps its name, message, code and causes, and nothing an SDK hung on it', () => {
  const { log, lines } = logging();
  const cause = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', request: { headers: 'top-secret' } });
  const error = Object.assign(new Error('no answer', { cause }), { Item: { S: 'top-secret' } });
  log.error({ err: error }, 'asked in vain');
  expect(lines.join('')).not.toContain('top-secret');
  expect(JSON.parse(lines.join(''))).toMatchObject({
    msg: 'asked in vain',
    err: {
      name: 'Error',
      message: 'no answer',
      stack: expect.stringMatching(/^ +at .*log\.test\.ts/),
      cause: { message: 'socket hang up', code: 'ECONNRESET' },
    },
  });
});

/** Not as a literal: V8 names functions after the expressions around them. */
const secret = ['top', 'secret'].join('-');

test.for([
  ['a parser', () => JSON.parse(secret)],
  ['a number', () => BigInt(secret)],
  ["V8, of a property's name", () => (undefined as unknown as Record<string, string>)[secret]],
  ['Node, of an argument', () => Buffer.from('', secret as 'hex').write(secret, secret as 'hex')],
  [
    'AWS',
    () => {
      throw Object.assign(new Error('Type mismatch for key top-secret'), { name: 'ValidationException' });
    },
  ],
] as const)('%s quotes data in what it complains of: its name and its place are kept', ([, act]) => {
  const { log, lines } = logging();
  let caught: unknown;
  try {
    act();
  } catch (error) {
    caught = error;
  }
  log.error({ err: new Error('failed', { cause: caught }) }, 'It broke');
  log.error(caught as Error);
  expect(lines.join('')).not.toContain('top-secret');
  const [line] = lines.map((text) => JSON.parse(text));
  expect(line.err.cause).toMatchObject({ message: '[left out]', stack: expect.stringContaining('log.test.ts') });
});

test('a credential in the middle of a sentence is blotted out', () => {
  const { log, lines } = logging();
  log.error(new Error('refused xoxb-123-abc, xapp-1-A-2 and AKIAIOSFODNN7EXAMPLE'));
  expect(lines.join('')).not.toMatch(/123-abc|A-2|IOSFODNN/);
  expect(lines.join('')).toContain('refused [secret], [secret] and [secret]');
});

test('LOG_LEVEL decides what is written', () => {
  const { log, lines } = logging();
  log.debug('quiet');
  expect(lines).toEqual([]);
  const verbose = logging('debug');
  verbose.log.debug('loud');
  expect(verbose.lines).toHaveLength(1);
});

test('every field that our own lines carry is on the list: the number a person is given to be found by is in the log', () => {
  const used = fieldsUsed();
  expect([...used.keys()]).toEqual(expect.arrayContaining(['id', 'what', 'retryInMs', 'code']));
  expect([...used].filter(([field]) => !allowedFields.has(field))).toEqual([]);
});

/** Every field name in the source's calls of a logger, and one place where it stands. */
function fieldsUsed(): ReadonlyMap<string, string> {
  const source = fileURLToPath(new URL('../src', import.meta.url));
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return new Map(
    files.flatMap((file) => {
      const text = readFileSync(join(source, file), 'utf8');
      return [...text.matchAll(/\blog(?:ger)?\.(?:trace|debug|info|warn|error|fatal|child)\(\s*\{/g)].flatMap((call) =>
        fieldsIn(balanced(text.slice(call.index + call[0].length))).map((field) => [field, file] as const),
      );
    }),
  );
}

/** Up to the brace that closes the one before the text. */
function balanced(text: string): string {
  let depth = 1;
  const end = [...text].findIndex((sign) => {
    if (sign === '{') depth += 1;
    if (sign === '}') depth -= 1;
    return depth === 0;
  });
  return text.slice(0, end);
}

/** `err: error, runId, ...(failed && { code: it.code })`: the names before a colon, a comma or the end. */
function fieldsIn(literal: string): readonly string[] {
  return [...literal.matchAll(/(?:^|[,{])\s*(\w+)\s*(?=[:,}]|$)/g)].map(([, name = '']) => name);
}
