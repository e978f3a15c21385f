import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalLoginName, parseLoginNames } from '../../src/users/login-names.js';
import { canonicalPhone } from '../../src/users/phone.js';

const username = fc.string({ unit: 'binary' }).filter((text) => canonicalPhone(text) === null);

describe('canonicalLoginName', () => {
  test.each([
    ['WRQ@8', 'wrq@8'],
    ['  ＷＲＱ＠８ ', 'wrq@8'],
    ['12345678901', '8612345678901'],
    ['139 5496 9056', '8613954969056'],
    ['12345', '12345'],
    ['user 123456', 'user 123456'],
  ])('turns %j into %j', (input, key) => {
    expect(canonicalLoginName(input)).toBe(key);
  });

  test('is idempotent for usernames, and ignores their case', () => {
    fc.assert(
      fc.property(username, (name) => {
        expect(canonicalLoginName(canonicalLoginName(name))).toBe(canonicalLoginName(name));
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9@_]*$/), (name) => {
        expect(canonicalLoginName(name.toUpperCase())).toBe(name);
      }),
    );
  });

  test('never gives a username the key of a phone', () => {
    fc.assert(fc.property(username, (name) => expect(canonicalPhone(canonicalLoginName(name))).toBeNull()));
  });

  test('cuts a megabyte of characters that NFKC expands before it normalises them', () => {
    expect(canonicalLoginName('\ufdfa'.repeat(300_000)).length).toBeLessThan(10_000);
  });
});

describe('parseLoginNames', () => {
  test('takes a username in phone form for the phone', () => {
    expect(parseLoginNames({ username: '139 5496 9056' })).toEqual({ phone: '8613954969056' });
    expect(parseLoginNames({ username: '13954969056', phone: '+86 13954969056' })).toEqual({
      phone: '8613954969056',
    });
  });

  test('keeps the spelling of a username', () => {
    expect(parseLoginNames({ username: ' WRQ@8 ' })).toEqual({ username: { text: 'WRQ@8', key: 'wrq@8' } });
  });

  test.each<[string, Parameters<typeof parseLoginNames>[0], string]>([
    ['no name', {}, 'username is required unless phone is given.'],
    ['an empty username', { username: '  ' }, 'username must be 1 to 64 printable characters.'],
    ['a username of 65 characters', { username: 'x'.repeat(65) }, 'username must be 1 to 64 printable'],
    ['a line break', { username: 'a\nb' }, 'username must be 1 to 64 printable characters.'],
    ['an invisible letter', { username: 'root\u3164' }, 'username must be 1 to 64 printable characters.'],
    ['a variation selector', { username: 'root\ufe0f' }, 'username must be 1 to 64 printable characters.'],
    ['a lone surrogate', { username: 'a\ud800' }, 'username must be 1 to 64 printable characters.'],
    ['a malformed phone', { phone: '12345' }, 'phone must be a phone number of 6 to 15 digits.'],
    [
      'a username in the form of another phone',
      { username: '13800000001', phone: '13800000002' },
      'username must not have the form of another phone number.',
    ],
  ])('rejects %s', (_name, input, message) => {
    expect(() => parseLoginNames(input)).toThrow(message);
  });
});
