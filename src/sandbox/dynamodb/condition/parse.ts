import { invalid } from '../../aws-error.ts';
import { remembering } from '../remembering.ts';
import { type Token, tokenize } from './tokens.ts';

/** A document path: attribute names, `#names` that stand for one, and list indexes. */
export type Path = readonly (string | number)[];

export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  /** A `:value`. */
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'size'; readonly of: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

type FunctionName = 'attribute_exists' | 'attribute_not_exists' | 'attribute_type' | 'begins_with' | 'contains';

export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly operands: readonly Operand[] };

const comparators: readonly Comparator[] = ['=', '<>', '<', '<=', '>', '>='];
const functions: readonly FunctionName[] = [
  'attribute_exists',
  'attribute_not_exists',
  'attribute_type',
  'begins_with',
  'contains',
];

/**
 * Reads a condition or filter expression.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 * @throws AwsError ValidationException on a syntax error
 */
export const parseCondition = remembering((expression): Condition => {
  const reader = new Reader(tokenize(expression));
  const condition = reader.disjunction();
  reader.expect('<EOF>');
  return condition;
});

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  disjunction(): Condition {
    let left = this.#conjunction();
    while (this.#took('OR')) left = { kind: 'or', left, right: this.#conjunction() };
    return left;
  }

  expect(text: string): void {
    if (!this.#took(text)) throw this.#syntaxError();
  }

  #conjunction(): Condition {
    let left = this.#negation();
    while (this.#took('AND')) left = { kind: 'and', left, right: this.#negation() };
    return left;
  }

  #negation(): Condition {
    return this.#took('NOT') ? { kind: 'not', condition: this.#negation() } : this.#primary();
  }

  #primary(): Condition {
    if (this.#took('(')) {
      const inner = this.disjunction();
      this.expect(')');
      return inner;
    }
    const name = functions.find((known) => known === this.#next().text);
    if (name !== undefined && this.#next(1).text === '(') {
      this.#at += 2;
      return { kind: 'call', name, operands: this.#operands() };
    }
    return this.#comparison();
  }

  #comparison(): Condition {
    const left = this.#operand();
    const comparator = comparators.find((known) => known === this.#next().text);
    if (comparator !== undefined) {
      this.#at += 1;
      return { kind: 'compare', comparator, left, right: this.#operand() };
    }
    if (this.#took('BETWEEN')) {
      const low = this.#operand();
      this.expect('AND');
      return { kind: 'between', operand: left, low, high: this.#operand() };
    }
    this.expect('IN');
    this.expect('(');
    return { kind: 'in', operand: left, list: this.#operands() };
  }

  /** Operands up to and including the closing bracket. */
  #operands(): Operand[] {
    const operands = [this.#operand()];
    while (this.#took(',')) operands.push(this.#operand());
    this.expect(')');
    return operands;
  }

  #operand(): Operand {
    const token = this.#next();
    if (token.kind === 'value') {
      this.#at += 1;
      return { kind: 'value', name: token.text };
    }
    if (token.text === 'size' && this.#next(1).text === '(') {
      this.#at += 2;
      const of = this.#operand();
      this.expect(')');
      return { kind: 'size', of };
    }
    return { kind: 'path', path: this.#path() };
  }

  #path(): Path {
    const path: (string | number)[] = [this.#attributeName()];
    for (;;) {
      if (this.#took('.')) {
        path.push(this.#attributeName());
      } else if (this.#took('[')) {
        path.push(Number(this.#next().text));
        this.#at += 1;
        this.expect(']');
      } else {
        return path;
      }
    }
  }

  #attributeName(): string {
    const token = this.#next();
    if (token.kind !== 'name' && token.kind !== 'word') throw this.#syntaxError();
    this.#at += 1;
    return token.text;
  }

  #next(ahead = 0): Token {
    return this.#tokens[this.#at + ahead] ?? { kind: 'end', text: '<EOF>' };
  }

  #took(text: string): boolean {
    const token = this.#next();
    const same = token.kind === 'word' ? token.text.toUpperCase() === text : token.text === text;
    if (same) this.#at += 1;
    return same;
  }

  #syntaxError(): Error {
    const near = this.#tokens
      .slice(Math.max(0, this.#at - 1), this.#at + 2)
      .map(({ text }) => text)
      .join(' ');
    return invalid(`Invalid ConditionExpression: Syntax error; token: "${this.#next().text}", near: "${near}"`);
  }
}
