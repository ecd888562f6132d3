/** A small language for "what Slack accepts here": checks that walk a payload and note every mistake with its place. */
import { isObject, type JsonObject } from '../json.ts';

export type Surface = 'message' | 'modal' | 'home';

/** One mistake, in the form in which Slack's `blocks.validate` reports it. `pointer` is a JSON pointer. */
export type Problem = {
  readonly pointer: string;
  readonly code: 'failed_constraint' | 'missing_field' | 'additional_property' | 'unexpected_type';
  readonly message: string;
  readonly constraint?: JsonObject;
};

export interface Place {
  readonly pointer: string;
  readonly surface: Surface;
  readonly report: (problem: Problem) => void;
}

export type Check = (value: unknown, at: Place) => void;

export function inside(at: Place, key: string | number): Place {
  return { ...at, pointer: `${at.pointer}/${key}` };
}

export function refuse(at: Place, message: string, constraint?: JsonObject): void {
  const problem = { pointer: at.pointer, code: 'failed_constraint', message } as const;
  at.report(constraint === undefined ? problem : { ...problem, constraint });
}

function wrongType(at: Place, expected: string, value: unknown): void {
  const got = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
  const constraint = { type: 'type', expected: [expected], got };
  at.report({ pointer: at.pointer, code: 'unexpected_type', message: `must provide a ${expected}`, constraint });
}

/** Length is counted as JavaScript does, in UTF-16 units. */
export function text(limits: { readonly max: number; readonly min?: number; readonly pattern?: RegExp }): Check {
  const min = limits.min ?? 1;
  return (value, at) => {
    if (typeof value !== 'string') return wrongType(at, 'string', value);
    if (value.length < min)
      refuse(at, `must be more than ${min - 1} characters`, { type: 'min_length', expected: min });
    if (value.length > limits.max) {
      refuse(at, `must be less than ${limits.max + 1} characters`, { type: 'max_length', expected: limits.max });
    }
    if (limits.pattern && !limits.pattern.test(value)) refuse(at, `must match ${limits.pattern.source}`);
  };
}

export function integer(min: number, max: number): Check {
  return (value, at) => {
    if (typeof value !== 'number' || !Number.isInteger(value)) return wrongType(at, 'integer', value);
    if (value < min || value > max) refuse(at, `must be between ${min} and ${max}`);
  };
}

export const number: Check = (value, at) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) wrongType(at, 'number', value);
};

export const flag: Check = (value, at) => {
  if (typeof value !== 'boolean') wrongType(at, 'boolean', value);
};

export function oneOf(...expected: readonly string[]): Check {
  return (value, at) => {
    if (typeof value === 'string' && expected.includes(value)) return;
    const got = typeof value === 'string' ? value : typeof value;
    refuse(at, `unsupported value: ${got}`, { type: 'enum', expected, got });
  };
}

export function list(item: Check, min: number, max: number): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return wrongType(at, 'array', value);
    if (value.length < min) refuse(at, `no fewer than ${min} items allowed`, { type: 'min_items', expected: min });
    if (value.length > max) refuse(at, `no more than ${max} items allowed`, { type: 'max_items', expected: max });
    for (const [index, entry] of value.entries()) item(entry, inside(at, index));
  };
}

interface Field {
  readonly check: Check;
  readonly isRequired: boolean;
}

export function required(check: Check): Field {
  return { check, isRequired: true };
}

export function optional(check: Check): Field {
  return { check, isRequired: false };
}

export type Fields = Readonly<Record<string, Field>>;

/** An object with exactly these fields; `also` looks at the whole of it once its fields were looked at. */
export function shape(fields: Fields, also?: (value: JsonObject, at: Place) => void): Check {
  return (value, at) => {
    if (!isObject(value)) return wrongType(at, 'object', value);
    for (const [name, field] of Object.entries(fields)) {
      if (value[name] !== undefined) field.check(value[name], inside(at, name));
      else if (field.isRequired) {
        at.report({ pointer: at.pointer, code: 'missing_field', message: `missing required field: ${name}` });
      }
    }
    for (const name of Object.keys(value)) {
      if (fields[name] !== undefined || value[name] === undefined) continue;
      const message = `invalid additional property: ${name}`;
      at.report({ pointer: at.pointer, code: 'additional_property', message });
    }
    also?.(value, at);
  };
}

/** One of several shapes, told apart by the field `type`. `lacking` is the type taken when there is none. */
export function byType(shapes: Readonly<Record<string, Check>>, lacking?: string): Check {
  return (value, at) => {
    if (!isObject(value)) return wrongType(at, 'object', value);
    const type = value['type'] ?? lacking;
    const check = typeof type === 'string' ? shapes[type] : undefined;
    if (check) return check(value, at);
    const constraint = { type: 'enum', expected: Object.keys(shapes), got: String(type) };
    refuse(inside(at, 'type'), `unsupported type: ${String(type)}`, constraint);
  };
}

/** Runs one check and returns what it found, in document order. */
export function problemsOf(check: Check, value: unknown, surface: Surface, pointer = ''): readonly Problem[] {
  const problems: Problem[] = [];
  check(value, { pointer, surface, report: (problem) => problems.push(problem) });
  return problems;
}
