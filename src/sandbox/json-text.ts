import type { Wire } from './wire.ts';

/** A member of a reply whose JSON is known already: a page of a thousand items is not written out anew for each scan. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** A reply in JSON. */
export function jsonOf(reply: Wire): string {
  const members = Object.entries(reply).flatMap(([name, value]) => {
    const text = value instanceof JsonText ? value.text : JSON.stringify(value);
    return text === undefined ? [] : [`${JSON.stringify(name)}:${text}`];
  });
  return `{${members.join(',')}}`;
}
