import { leafForm, listForm, mapForm, setForm, truthForm } from './canonical-form.ts';

/**
 * The canonical form of an item straight from its JSON text, without the item: three times as fast. Understands the text
 * as DynamoDB writes it; undefined where it is written in any other way (spaces, escapes): parse it then.
 */
export function canonicalFormOf(text: string): string | undefined {
  if (text.includes('\\')) return undefined;
  const reader = new Reader(text);
  try {
    const form = reader.map();
    return reader.isAtEnd ? form : undefined;
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

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  map(): string {
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
        return this.map();
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
