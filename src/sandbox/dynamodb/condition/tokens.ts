import { invalid } from '../../aws-error.ts';

export type Token = { readonly kind: 'name' | 'value' | 'word' | 'index' | 'sign' | 'end'; readonly text: string };

const pattern = /\s*(?:(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([A-Za-z_][A-Za-z0-9_]*)|(\d+)|(<>|<=|>=|[=<>(),.[\]]))/y;
const kinds = ['name', 'value', 'word', 'index', 'sign'] as const;

/** @throws AwsError ValidationException at the first character that belongs to no expression */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  const end = expression.trimEnd().length;
  pattern.lastIndex = 0;
  while (pattern.lastIndex < end) {
    const start = pattern.lastIndex;
    const match = pattern.exec(expression);
    if (match === null) throw invalid(`Invalid expression: Syntax error; token: "${expression.slice(start).trim()}"`);
    const at = match.slice(1).findIndex(Boolean);
    tokens.push({ kind: kinds[at] ?? 'sign', text: match[at + 1] ?? '' });
  }
  return [...tokens, { kind: 'end', text: '<EOF>' }];
}

/** The `#names` and `:values` an expression uses. */
export function placeholders(expression: string): ReadonlySet<string> {
  return new Set(expression.match(/[#:][A-Za-z0-9_]+/g) ?? []);
}
