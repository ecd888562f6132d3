import { isRecord } from '../wire.ts';
import type { AttributeValue, Item } from './item.ts';
import { isPlainNumber } from './number.ts';

/** DynamoDB takes 32 levels, and counts them where it says what is wrong with more. */
const mostLevels = 20;

/** Whether these are attributes nobody could find anything wrong with, written the way in which they are kept. */
export function isPlainItem(sent: unknown, level = 0): sent is Item {
  if (!isRecord(sent)) return false;
  for (const name of Object.keys(sent)) if (!isPlainValue(sent[name], level)) return false;
  return true;
}

function isPlainValue(sent: unknown, level: number): sent is AttributeValue {
  if (!isRecord(sent) || level > mostLevels) return false;
  const [type = '', other] = Object.keys(sent);
  return other === undefined && isPlainMember(type, sent[type], level);
}

function isPlainMember(type: string, member: unknown, level: number): boolean {
  switch (type) {
    case 'S':
      return typeof member === 'string';
    case 'N':
      return isNumber(member);
    case 'BOOL':
      return typeof member === 'boolean';
    case 'NULL':
      return member === true;
    case 'B':
      return isBase64(member);
    case 'L':
      return Array.isArray(member) && member.every((value) => isPlainValue(value, level + 1));
    case 'M':
      return isPlainItem(member, level + 1);
    case 'SS':
      return isPlainSet(member, (text) => typeof text === 'string');
    case 'NS':
      return isPlainSet(member, isNumber);
    case 'BS':
      return isPlainSet(member, isBase64);
  }
  return false;
}

function isNumber(member: unknown): boolean {
  return typeof member === 'string' && isPlainNumber(member);
}

function isBase64(member: unknown): boolean {
  return typeof member === 'string' && Buffer.from(member, 'base64').toString('base64') === member;
}

/** A set has members, none of them empty and none of them twice. */
function isPlainSet(set: unknown, isPlain: (member: unknown) => boolean): boolean {
  if (!Array.isArray(set) || set.length === 0 || new Set(set).size < set.length) return false;
  return set.every((member) => member !== '' && isPlain(member));
}
