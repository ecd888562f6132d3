import type { Item, KeySchema } from '../item.ts';
import { keyAttributes, keyOf } from '../item.ts';
import { canonicalForm, leafForm, listForm, mapForm, setForm, truthForm, valueForm } from './canonical-form.ts';

// Items as JSON texts. What is asked of them is found without building the item, which is three times as fast, where the
// text is written as DynamoDB writes it; where it is written in any other way (spaces, escapes), it is parsed.

/** The canonical form of the item. */
export function canonicalFormOf(text: string): string {
  return read(text, (reader) => reader.wholeItem()) ?? canonicalForm(itemIn(text));
}

/**
 * The item's primary key as one text, the same for the same key however it is written.
 * @throws TypeError when a key attribute is missing or is neither string, number nor binary.
 */
export function keyFormOf(text: string, schema: KeySchema): string {
  return read(text, (reader) => reader.key(schema)) ?? keyForm(itemIn(text), schema);
}

export function itemIn(text: string): Item {
  return JSON.parse(text);
}

function keyForm(item: Item, schema: KeySchema): string {
  // Refuses what is no key.
  keyOf(item, schema);
  const values = keyAttributes(item, schema);
  const names = schema.sort === undefined ? [schema.partition] : [schema.partition, schema.sort];
  return names
    .flatMap((name) => values[name] ?? [])
    .map(valueForm)
    .join('');
}

function read(text: string, ask: (reader: Reader) => string | undefined): string | undefined {
  if (text.includes('\\')) return undefined;
  try {
    return ask(new Reader(text));
  } catch (error) {
    if (error === unusual) return undefined;
    throw error;
  }
}

/** Thrown, and caught, in this file only: once for each unusual item. */
const unusual = new Error('This text is not written as DynamoDB writes it');

const code = { quote: 0x22, comma: 0x2c, colon: 0x3a, bracket: 0x5b, bracketEnd: 0x5d, brace: 0x7b, braceEnd: 0x7d };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  wholeItem(): string | undefined {
    const form = this.#map();
    return this.#at === this.#text.length ? form : undefined;
  }

  key({ partition, sort }: KeySchema): string | undefined {
    let ofPartition: string | undefined;
    let ofSort = sort === undefined ? '' : undefined;
    this.#expect(code.brace);
    do {
      const name = this.#string();
      this.#expect(code.colon);
      if (name === partition) ofPartition = this.#keyValue();
      else if (name === sort) ofSort = this.#keyValue();
      else this.#skip();
      if (ofPartition !== undefined && ofSort !== undefined) return ofPartition + ofSort;
    } while (this.#accept(code.comma));
    return undefined;
  }

  #keyValue(): string {
    this.#expect(code.brace);
    const type = this.#string();
    this.#expect(code.colon);
    const form = leafForm(type, this.#string());
    if (form === undefined) throw unusual;
    this.#expect(code.braceEnd);
    return form;
  }

  /** Passes over a map or a list with everything in it. */
  #skip(): void {
    let depth = 0;
    do {
      const character = this.#text.charCodeAt(this.#at);
      if (character === code.quote) {
        this.#string();
        continue;
      }
      if (Number.isNaN(character)) throw unusual;
      if (character === code.brace || character === code.bracket) depth += 1;
      if (character === code.braceEnd || character === code.bracketEnd) depth -= 1;
      this.#at += 1;
    } while (depth > 0);
  }

  #map(): string {
    const names: string[] = [];
    const values: string[] = [];
    this.#expect(code.brace);
    if (this.#accept(code.braceEnd)) return mapForm(names, values);
    do {
      names.push(this.#string());
      this.#expect(code.colon);
      values.push(this.#value());
    } while (this.#accept(code.comma));
    this.#expect(code.braceEnd);
    return mapForm(names, values);
  }

  #value(): string {
    this.#expect(code.brace);
    const type = this.#string();
    this.#expect(code.colon);
    const form = this.#formOf(type);
    if (form === undefined) throw unusual;
    this.#expect(code.braceEnd);
    return form;
  }

  #formOf(type: string): string | undefined {
    if (this.#text.charCodeAt(this.#at) === code.quote) return leafForm(type, this.#string());
    switch (type) {
      case 'M':
        return this.#map();
      case 'L':
        return listForm(this.#list(() => this.#value()));
      case 'BOOL':
      case 'NULL':
        return truthForm(type, this.#truth());
      default:
        return setForm(
          type,
          this.#list(() => this.#string()),
        );
    }
  }

  #list(element: () => string): readonly string[] {
    const elements: string[] = [];
    this.#expect(code.bracket);
    if (this.#accept(code.bracketEnd)) return elements;
    do elements.push(element());
    while (this.#accept(code.comma));
    this.#expect(code.bracketEnd);
    return elements;
  }

  #string(): string {
    this.#expect(code.quote);
    const end = this.#text.indexOf('"', this.#at);
    if (end < 0) throw unusual;
    const text = this.#text.slice(this.#at, end);
    this.#at = end + 1;
    return text;
  }

  #truth(): boolean {
    for (const truth of [true, false]) {
      if (this.#text.startsWith(String(truth), this.#at)) {
        this.#at += String(truth).length;
        return truth;
      }
    }
    throw unusual;
  }

  #expect(character: number): void {
    if (!this.#accept(character)) throw unusual;
  }

  #accept(character: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== character) return false;
    this.#at += 1;
    return true;
  }
}
