import { expect, test } from 'vitest';
import { keyAction } from '../../../src/sandbox/page/composer/keys.ts';

const typing = { text: '', isOffered: false, isChosen: false, isRecalled: false };

test('Enter sends, with Shift it begins a line', () => {
  expect(keyAction('Enter', false, { ...typing, text: 'hello' })).toBe('send');
  expect(keyAction('Enter', true, { ...typing, text: 'hello' })).toBeUndefined();
});

test("Enter completes half a command's name and whatever was gone to, and sends the rest", () => {
  expect(keyAction('Enter', false, { ...typing, text: '/pit', isOffered: true })).toBe('take');
  expect(keyAction('Enter', false, { ...typing, text: '/pitr-restore ', isOffered: true })).toBe('send');
  expect(keyAction('Enter', false, { ...typing, text: '/pitr-restore ', isOffered: true, isChosen: true })).toBe(
    'take',
  );
});

test('the arrows go through what is offered, else through what was sent', () => {
  expect(keyAction('ArrowUp', false, { ...typing, text: '/', isOffered: true })).toBe('up');
  expect(keyAction('ArrowUp', false, typing)).toBe('older');
  expect(keyAction('ArrowUp', false, { ...typing, text: 'half a line' })).toBeUndefined();
  expect(keyAction('ArrowDown', false, { ...typing, text: 'sent', isRecalled: true })).toBe('newer');
});

test('Tab leaves the field unless something is offered', () => {
  expect(keyAction('Tab', false, typing)).toBeUndefined();
  expect(keyAction('Tab', false, { ...typing, text: '/', isOffered: true })).toBe('take');
  expect(keyAction('Tab', true, { ...typing, text: '/', isOffered: true })).toBeUndefined();
});
