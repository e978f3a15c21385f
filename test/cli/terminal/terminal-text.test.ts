import { expect, test } from '@jest/globals';
import { displayWidth, printable, printableJson } from '../../../src/cli/terminal/terminal-text.js';

const unsafe = [
  ['an escape sequence', 'a\u001b[2Jb'],
  ['the 8-bit form of an escape sequence', 'a\u009b2Jb'],
  ['a carriage return', 'a\rb'],
  ['a line break', 'a\nb'],
  ['a line separator', 'a\u2028b'],
  ['a right-to-left override', 'a\u202eb'],
  ['an isolate', 'a\u2066b\u2069'],
  ['an Arabic letter mark', 'a\u061cb'],
  ['a delete character', 'a\u007fb'],
  ['a lone surrogate', 'a\ud83db'],
] as const;

test.each(unsafe)('shows %s as a replacement character', (_name, text) => {
  expect(printable(text)).toMatch(/^[ -~\ufffd]+$/);
  expect(printable(text)).toContain('\ufffd');
});

test.each(unsafe)('escapes %s in JSON, whose value stays exact', (_name, text) => {
  const json = printableJson({ name: text });
  expect(json).toMatch(/^[ -~]+$/);
  expect(JSON.parse(json)).toEqual({ name: text });
});

test.each(['李先芬', 'שלום', 'مرحبا', 'e\u0301', '👨‍👩‍👧', '🇨🇳', 'می\u200cخواهم'])(
  'leaves %j as it is',
  (text) => {
    expect(printable(text)).toBe(text);
    expect(printableJson(text)).toBe(`"${text}"`);
  },
);

test.each([
  ['abc', 3],
  ['李先芬', 6],
  ['ｶﾀ', 2],
  ['𠮷', 2],
  ['ｆｕ', 4],
  ['e\u0301', 1],
  ['👍🏽', 2],
  ['👨‍👩‍👧', 2],
  ['🇨🇳', 2],
  ['❤️', 2],
  ['\u200b', 0],
  ['می\u200cخواهم', 7],
])('counts the columns of %j as %d', (text, width) => {
  expect(displayWidth(text)).toBe(width);
});
