import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeCursor, encodeCursor } from '../../src/streams/position.js';

test('decodes what it encoded', () => {
  const position = fc.record({
    epoch: fc.stringMatching(/^[\w-]{1,16}$/),
    offsets: fc.array(fc.nat(Number.MAX_SAFE_INTEGER), { minLength: 1, maxLength: 16 }),
  });
  fc.assert(
    fc.property(position, (position) => expect(decodeCursor(encodeCursor(position))).toEqual(position)),
  );
});

test.each([
  '',
  'yesterday',
  'OjU',
  encodeCursor({ epoch: 'a', offsets: [-1] }),
  encodeCursor({ epoch: 'a', offsets: [] }),
])('refuses %j and names the field', (cursor) => {
  expect(() => decodeCursor(cursor)).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', details: { field: 'since' } }),
  );
});
