import { describe, expect, test } from '@jest/globals';
import { Charset } from '../../../src/http/text/charset.js';
import { UnreadableText } from '../../../src/http/text/unreadable-text.js';

const bytes = (hex: string) => Buffer.from(hex, 'hex');
const ofLabel = (label: string) => Charset.of(`application/json; charset=${label}`);

describe('decodes text of a declared charset', () => {
  test.each([
    ['utf-8', 'e69d8ee5bcba', '李强'],
    ['UTF8', 'e69d8ee5bcba', '李强'],
    ['gbk', 'c0eec7bf', '李强'],
    ['GB2312', 'c0eec7bf', '李强'],
    ['cp936', 'c0eec7bf', '李强'],
    ['gb18030', 'c0eec7bf9439fc36', '李强😀'],
    ['gb18030', '8431a437', '\uFFFD'],
    ['big5', 'a7f5b16a', '李強'],
    ['cp950', 'a7f5b16a', '李強'],
    ['ISO-8859-1', 'e9', 'é'],
    ['latin-1', 'e9', 'é'],
    ['windows-1252', '80e9', '€é'],
    ['US-ASCII', '61', 'a'],
  ])('%s %s', (label, hex, text) => {
    expect(ofLabel(label).decode(bytes(hex), 'name')).toBe(text);
  });
});

describe('refuses bytes that are not valid in the charset', () => {
  test.each([
    ['utf-8', 'c0eec7bf'],
    ['utf-8', 'ffffffffffffffff'],
    ['utf-8', 'e69d'],
    ['utf-8', 'eda080'],
    ['utf-8', 'c080'],
    ['us-ascii', 'e9'],
    ['gbk', 'ff'],
    ['gbk', 'c0'],
    ['gb18030', '8130'],
    ['big5', 'ff'],
    ['big5', '80'],
    ['big5', 'a7'],
  ])('%s %s', (label, hex) => {
    expect(() => ofLabel(label).decode(bytes(hex), 'name')).toThrow(new UnreadableText('bytes', 'name'));
  });
});

describe('refuses other charsets by name', () => {
  test.each(['utf-16', 'utf-16le', 'shift_jis', 'utf-7', 'koi8-r', 'iso-8859-2', 'nonsense'])(
    '%s',
    (label) => {
      expect(() => ofLabel(label)).toThrow(new UnreadableText('charset', label));
    },
  );

  test('without quotes, control characters and an endless name', () => {
    const { message, subject } = new UnreadableText('charset', `a"\u0007\u202E${'x'.repeat(100)}`);
    expect(subject).toBe(`a${'x'.repeat(63)}`);
    expect(message).toContain(`The charset ${subject} is`);
  });

  test('shortened at a whole character', () => {
    expect(new UnreadableText('bytes', `${'x'.repeat(63)}😀`).subject).toBe('x'.repeat(63));
  });
});

test.each([
  ['application/json; charset="GBK"', 'gbk'],
  ['application/json;charset=gbk;q=1', 'gbk'],
  ['application/json ; Charset = gbk', 'gbk'],
  ['multipart/form-data; boundary=x; charset=gbk', 'gbk'],
  ['application/json; charset=gbk; charset=utf-8', 'gbk'],
  ['application/json; charset="gbk', 'gbk'],
  ['application/json', 'utf-8'],
  ['application/json; charset=', 'utf-8'],
  ['application/json; xcharset=gbk', 'utf-8'],
  [undefined, 'utf-8'],
])('%s declares %s', (contentType, label) => {
  expect(Charset.of(contentType)).toBe(Charset.named(label));
});

test('a byte order mark is kept, since a field may begin with it', () => {
  expect(Charset.utf8.decode(bytes('efbbbf61'), 'name')).toBe('\uFEFFa');
});
