import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Charset } from '../../../src/http/text/charset.js';
import { UnreadableText } from '../../../src/http/text/unreadable-text.js';
import { parseUrlencoded, queryString } from '../../../src/http/text/urlencoded.js';

test('parses what a browser writes like a browser', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string())), (pairs) => {
      const encoded = new URLSearchParams(pairs).toString();
      expect(parseUrlencoded(encoded, Charset.utf8)).toEqual([...new URLSearchParams(encoded)]);
    }),
  );
});

test.each(['', '&&', '=', 'a', 'a=b=c', 'a=%zz', '100%', '%=%2', 'a+b=c+d', 'a=1&a=2', '__proto__=1'])(
  'parses %j like a browser',
  (encoded) => {
    expect(parseUrlencoded(encoded, Charset.utf8)).toEqual([...new URLSearchParams(encoded)]);
  },
);

test.each(['name=%C0%EE%C7%BF', 'name=\xC0\xEE\xC7\xBF', 'name=%c0\xEE%c7\xBF'])(
  'decodes %j, escaped or not, in the charset of the form',
  (encoded) => {
    expect(parseUrlencoded(encoded, Charset.named('gbk'))).toEqual([['name', '李强']]);
    expect(() => parseUrlencoded(encoded, Charset.utf8)).toThrow(new UnreadableText('bytes', 'name'));
  },
);

test('refuses a name that is not valid', () => {
  expect(() => parseUrlencoded('%ff=1', Charset.utf8)).toThrow(
    new UnreadableText('bytes', 'the name of a parameter'),
  );
});

test('ignores the pairs past the limit', () => {
  expect(parseUrlencoded('a=1&b=2&c=%ff', Charset.utf8, 2)).toEqual([
    ['a', '1'],
    ['b', '2'],
  ]);
});

test.each([
  ['/path', ''],
  ['/path?', ''],
  ['/path?a=?', 'a=?'],
  ['http://host/path?a=1', 'a=1'],
  [undefined, ''],
])('finds the query string of %s', (target, query) => {
  expect(queryString(target)).toBe(query);
});
