/** What the program can say when something is wrong, read out of its source: literals, with `…` for what is filled in. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';

export type Sentence = {
  readonly file: string;
  readonly text: string;
  /** Of a `new UserError(code, message, …)`: its message has to stand in the section of that code. */
  readonly code?: string;
};

const source = join(import.meta.dirname, '../../src');

/** A world of its own, help, SQL. */
const others = ['sandbox/', 'demo/', 'demo.ts', 'cli/help.ts', 'sqlite/migrations.ts'];

/** They tell what happens, most of it good: of these only what sounds like trouble. */
const stories = [
  ...['slack/messages/', 'slack/views/', 'reporters/', 'cli/history.ts', 'cli/status.ts', 'cli/undo.ts'],
  ...['cli/dry-run.ts', 'cli/list-restore-points.ts', 'cli/again.ts', 'cli/speed.ts', 'restore/fence/sentences.ts'],
  ...['restore/cost.ts', 'restore/expectation.ts', 'slack/cautions.ts', 'slack/measures.ts'],
];
const trouble =
  /:warning:|:x:|^Warning|[Ff]ailed|refused the restore|[Cc]annot|could (?:not|never)|still up|no longer be/;

/** Their arguments are good news, SQL, or of another page (docs/configuration.md). */
const goodNews = ['ok', 'passed', 'good', 'info', 'debug', 'prepare', 'exec', 'loadingView', 'register'];
/** A bug of ours: people see "Something broke on our side." */
const bugs = ['Error', 'TypeError', 'RangeError', 'SyntaxError', 'AssumeRoleFailed'];

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, code: readFileSync(join(source, file), 'utf8') }));

export function sentencesOfTrouble(): readonly Sentence[] {
  return files
    .filter(({ file }) => !others.some((other) => file.startsWith(other)))
    .flatMap(({ file, code }) => sentencesIn(file, code));
}

/** Everything that is written in the source, to look up whether something still is. */
export function wholeSource(): string {
  return plain(files.map(({ code }) => code.replaceAll(/\\(.)/g, '$1')).join('\n'));
}

export function sentencesIn(file: string, code: string): readonly Sentence[] {
  const isStory = stories.some((story) => file.startsWith(story));
  const found: Sentence[] = [];
  const codes = new Map<unknown, string>();
  let silent = 0;
  const enter = (isSilent: boolean) => {
    if (isSilent) silent += 1;
  };
  const leave = (isSilent: boolean) => {
    if (isSilent) silent -= 1;
  };
  const say = (node: ESTree.Node, written: string) => {
    const text = plain(written);
    const ofError = codes.get(node);
    if (silent > 0 || (ofError === undefined && (!isSentence(text) || (isStory && !trouble.test(text))))) return;
    found.push({ file, text, ...(ofError === undefined ? {} : { code: ofError }) });
  };
  new Visitor({
    CallExpression: (node) => enter(isCalled(node, goodNews)),
    'CallExpression:exit': (node) => leave(isCalled(node, goodNews)),
    NewExpression(node) {
      enter(isCalled(node, bugs));
      const [first, second] = node.arguments;
      if (isCalled(node, ['UserError']) && first?.type === 'Literal' && second !== undefined)
        for (const message of messagesIn(second)) codes.set(message, String(first.value));
    },
    'NewExpression:exit': (node) => leave(isCalled(node, bugs)),
    Literal(node) {
      if (typeof node.value === 'string') say(node, node.value);
    },
    TemplateLiteral: (node) => say(node, node.quasis.map(({ value }) => value.cooked ?? '').join('…')),
  }).visit(parseSync(file, code).program);
  return found;
}

/** A message may be one of two. */
function messagesIn(node: ESTree.Node): readonly ESTree.Node[] {
  if (node.type === 'ConditionalExpression') return [...messagesIn(node.consequent), ...messagesIn(node.alternate)];
  return node.type === 'Literal' || node.type === 'TemplateLiteral' ? [node] : [];
}

function isCalled({ callee }: ESTree.CallExpression | ESTree.NewExpression, names: readonly string[]): boolean {
  const name =
    callee.type === 'Identifier'
      ? callee.name
      : callee.type === 'MemberExpression' && callee.property.type === 'Identifier'
        ? callee.property.name
        : '';
  return names.includes(name);
}

/** At least two words, and a beginning or an end of a sentence. */
function isSentence(text: string): boolean {
  return /[a-z]{2,} [a-z]/i.test(text) && (/[.?!:]$/.test(text) || /^[A-Z]/.test(text));
}

/** Without what is only for the eye: code marks, emphasis, line breaks. */
export function plain(text: string): string {
  return text.replaceAll(/[`*]/g, '').replaceAll('\\|', '|').replaceAll(/\s+/g, ' ').replaceAll(/…+/g, '…').trim();
}
