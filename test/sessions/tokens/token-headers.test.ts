import { describe, expect, test } from '@jest/globals';
import { bearerToken, sentToken } from '../../../src/sessions/tokens/token-headers.js';

test.each([
  ['a token', 'abc'],
  ['a token after Bearer', 'Bearer abc'],
  ['a token after Bearer in any case', 'bEARER abc'],
  ['a token with spaces around it', '  Bearer   abc '],
  ['a token whose prefix was added twice', 'Bearer Bearer abc'],
  ['a token after an absent one', 'Bearer undefined, Bearer abc'],
  ['the first of two tokens', 'abc, def'],
])('reads %s', (_what, header) => {
  expect(bearerToken(header)).toBe('abc');
});

test.each([
  undefined,
  '',
  ' ',
  ',',
  'Bearer',
  'Bearer ',
  'Bearer Bearer',
  'undefined',
  'Bearer undefined',
  'bearer Undefined',
  'Bearer Bearer undefined',
  'null',
  'Bearer null',
  'NULL',
  '(null)',
  'None',
  'nil',
  'Basic YWRhOmFkYQ==',
])('finds no token in %j', (header) => {
  expect(bearerToken(header)).toBeNull();
});

describe('with several headers', () => {
  const all = { authorization: 'Bearer a', token: 't', usertoken: 'u' };

  test('the documented one comes first, and then the others in their order', () => {
    expect(sentToken(all)).toBe('a');
    expect(sentToken(all, 'userToken')).toBe('u');
    expect(sentToken(all, 'token')).toBe('t');
    expect(sentToken({ ...all, usertoken: '' }, 'userToken')).toBe('a');
    expect(sentToken({ ...all, usertoken: 'undefined', authorization: 'Bearer null' }, 'userToken')).toBe(
      't',
    );
  });

  test('a header without a token does not hide that of another one', () => {
    expect(sentToken({ authorization: 'Bearer undefined', usertoken: 'u' })).toBe('u');
    expect(sentToken({ authorization: 'Basic YWRhOmFkYQ==', token: 'null', usertoken: 'u' })).toBe('u');
  });

  test('there is no token if all of them are without', () => {
    expect(sentToken({ authorization: 'Bearer undefined', token: 'null', usertoken: '' })).toBeNull();
    expect(sentToken({})).toBeNull();
  });
});
