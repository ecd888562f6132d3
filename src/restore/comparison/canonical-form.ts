import type { AttributeValue, Item } from '../item.ts';
import { canonicalBinary, unknownType } from '../item.ts';
import { canonicalNumber } from './number.ts';

// One text for each item, however it is written: attributes and set members sorted, numbers and binaries in their one
// spelling, and every text preceded by its length, so that no two different items can run together into the same form.

/** The canonical form of an item. Items that `sameItem` calls the same have the same form, others have different ones. */
export function canonicalForm(item: Item): string {
  const names = Object.keys(item);
  return mapForm(
    names,
    names.map((name) => {
      const value = item[name];
      if (value === undefined) {
        throw unknownType();
      }
      return valueForm(value);
    }),
  );
}

/** The form of a map from the forms of its values. */
export function mapForm(names: readonly string[], values: readonly string[]): string {
  const { positions, labels } = orderOf(names);
  let text = `M${names.length}:`;
  for (let index = 0; index < labels.length; index += 1) {
    text += `${labels[index]}${values[positions[index] ?? -1]}`;
  }
  return text;
}

/** The form of a value that holds no other values. */
export function leafForm(type: string, text: string): string | undefined {
  switch (type) {
    case 'S':
      return `S${text.length}:${text}`;
    case 'N':
      return `N${canonicalNumber(text)};`;
    case 'B':
      return `B${canonicalBinary(text)};`;
    default:
      return undefined;
  }
}

export function truthForm(type: 'BOOL' | 'NULL', truth: boolean): string {
  if (type === 'BOOL') {
    return truth ? 'T' : 'F';
  }
  return truth ? 'Z' : 'z';
}

export function listForm(elements: readonly string[]): string {
  return elements.reduce((text, element) => text + element, `L${elements.length}:`);
}

export function setForm(type: string, members: readonly string[]): string | undefined {
  switch (type) {
    case 'SS':
      return `s${sortedMembers(members)}`;
    case 'NS':
      return `n${sortedMembers(members.map(canonicalNumber))}`;
    case 'BS':
      return `b${sortedMembers(members.map(canonicalBinary))}`;
    default:
      return undefined;
  }
}

export function valueForm(value: AttributeValue): string {
  if ('M' in value) {
    return canonicalForm(value.M);
  }
  if ('L' in value) {
    return listForm(value.L.map(valueForm));
  }
  if ('BOOL' in value) {
    return truthForm('BOOL', value.BOOL);
  }
  if ('NULL' in value) {
    return truthForm('NULL', value.NULL);
  }
  const form = simpleForm(value);
  if (form === undefined) {
    throw unknownType();
  }
  return form;
}

function simpleForm(value: AttributeValue): string | undefined {
  if ('S' in value) {
    return leafForm('S', value.S);
  }
  if ('N' in value) {
    return leafForm('N', value.N);
  }
  if ('B' in value) {
    return leafForm('B', value.B);
  }
  if ('SS' in value) {
    return setForm('SS', value.SS);
  }
  if ('NS' in value) {
    return setForm('NS', value.NS);
  }
  return 'BS' in value ? setForm('BS', value.BS) : undefined;
}

/** Attribute names in canonical order: where each stands among the names as they came, and how it begins its value. */
type Order = {
  readonly names: readonly string[];
  readonly positions: readonly number[];
  readonly labels: readonly string[];
};

// The items of a table nearly all have the same names in the same order: they are sorted once, not for each item. What is
// kept may hold on to the whole text of the item it was read from; so few are kept, and none of the maps that are keyed by
// data, whose names are others in every item.
const orders = new Map<string | undefined, Order>();
const mostOrders = 200;
const mostNames = 100;

function orderOf(names: readonly string[]): Order {
  const known = orders.get(names[0]);
  if (known !== undefined && isSameList(known.names, names)) {
    return known;
  }
  const positions = inOrder(names);
  const order = { names, positions, labels: positions.map((position) => labelOf(names[position] ?? '')) };
  if (names.length > mostNames) {
    return order;
  }
  if (orders.size >= mostOrders) {
    orders.clear();
  }
  orders.set(names[0], order);
  return order;
}

/** The positions of the names, sorted by UTF-16 code units: the same everywhere, whatever the locale. */
function inOrder(names: readonly string[]): readonly number[] {
  const positions = new Map(names.map((name, index) => [name, index]));
  return names.toSorted().map((name) => positions.get(name) ?? -1);
}

function labelOf(name: string): string {
  return `${name.length}:${name}`;
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) {
    return false;
  }
  for (let index = 0; index < a.length; index += 1) {
    if (a[index] !== b[index]) {
      return false;
    }
  }
  return true;
}

function sortedMembers(members: readonly string[]): string {
  return members.toSorted().reduce((text, member) => `${text}${member.length}:${member}`, `${members.length}:`);
}
