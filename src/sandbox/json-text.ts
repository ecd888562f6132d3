import type { Wire } from './wire.ts';

/** A member of a reply whose JSON is known already. */
export class JsonText {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** A member of a reply that lists what is known in JSON already: a page of a thousand items is not written out for each scan. */
export class JsonList {
  readonly members: readonly { readonly json: string }[];

  constructor(members: readonly { readonly json: string }[]) {
    this.members = members;
  }
}

export function hasList(reply: Wire): boolean {
  return Object.values(reply).some((value) => value instanceof JsonList);
}

/** A reply in JSON. */
export function jsonOf(reply: Wire): string {
  let json = '';
  spell(reply, (text) => {
    json += text;
  });
  return json;
}

/** Tells a reply in JSON, text by text: a list is told member by member, and never is one text. */
export function spell(reply: Wire, add: (text: string) => void): void {
  let sign = '{';
  for (const [name, value] of Object.entries(reply)) {
    if (value === undefined) continue;
    add(`${sign}${JSON.stringify(name)}:`);
    sign = ',';
    if (value instanceof JsonList) spellList(value, add);
    else add(value instanceof JsonText ? value.json : JSON.stringify(value));
  }
  add(sign === '{' ? '{}' : '}');
}

function spellList({ members }: JsonList, add: (text: string) => void): void {
  let sign = '[';
  for (const { json } of members) {
    add(sign);
    add(json);
    sign = ',';
  }
  add(sign === '[' ? '[]' : ']');
}
