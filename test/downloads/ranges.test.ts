import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readRanges } from '../../src/downloads/ranges.js';

const SIZE = 100;
const position = fc.nat({ max: SIZE + 20 });
const spec = fc.oneof(
  fc.tuple(position, position).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
  position.map((first) => `${first}-`),
  position.map((last) => `-${last}`),
);

/** The positions that a range selects. */
function selected(text: string): number[] {
  const [first = '', last = ''] = text.split('-');
  return Array.from({ length: SIZE }, (_, at) => at).filter((at) =>
    first === '' ? at >= SIZE - Number(last) : at >= Number(first) && (last === '' || at <= Number(last)),
  );
}

test('ranges select each byte that was asked for once, and no other', () => {
  fc.assert(
    fc.property(fc.array(spec, { minLength: 1, maxLength: 20 }), (specs) => {
      const ranges = readRanges(`bytes=${specs.join()}`, SIZE) ?? [];
      const sent = ranges.flatMap(({ start, end }) =>
        Array.from({ length: end - start + 1 }, (_, at) => start + at),
      );
      const wanted = new Set(specs.flatMap(selected));
      expect(sent.sort((a, b) => a - b)).toEqual([...wanted].sort((a, b) => a - b));
    }),
  );
});

test.each([
  'bytes',
  'bytes=',
  'bytes=,',
  'bytes=-',
  'bytes=a-b',
  'bytes=1',
  'bytes=1-2-3',
  'bytes=3-2',
  'bytes=0-1,x',
  'bytes=0-1;4-5',
  'bytes=+1-2',
  'bytes=0x1-2',
  'bytes=٠-1',
  'bytes 0-1',
  'items=0-1',
  'xbytes=0-1',
])('%s is ignored', (header) => {
  expect(readRanges(header, SIZE)).toBeNull();
});

test('numbers of any length are read', () => {
  expect(readRanges(`bytes=${'0'.repeat(30)}5-${'9'.repeat(400)}`, SIZE)).toEqual([{ start: 5, end: 99 }]);
  expect(readRanges(`bytes=-${'9'.repeat(400)}`, SIZE)).toEqual([{ start: 0, end: 99 }]);
  expect(readRanges(`bytes=${'9'.repeat(400)}-`, SIZE)).toEqual([]);
});
