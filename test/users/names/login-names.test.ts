import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalLoginName, parseLoginNames } from '../../../src/users/names/login-names.js';

describe('canonicalLoginName', () => {
  test.each([
    ['WRQ@8', 'wrq@8'],
    ['  ＷＲＱ＠８ ', 'wrq@8'],
    ['12345678901', '8612345678901'],
    ['139 5496 9056', '8613954969056'],
    ['12345', '12345'],
    ['user 123456', 'user 123456'],
    ['13911113333.0', '13911113333.0'],
  ])('turns %j into %j', (input, key) => {
    expect(canonicalLoginName(input)).toBe(key);
  });

  test('ignores the case of usernames', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z][a-z0-9@_]*$/), (name) => {
        expect(canonicalLoginName(name.toUpperCase())).toBe(name);
      }),
    );
  });

  test('cuts a megabyte of characters that NFKC expands before it normalises them', () => {
    expect(canonicalLoginName('\ufdfa'.repeat(300_000)).length).toBeLessThan(10_000);
  });
});

describe('parseLoginNames', () => {
  test('drops a username that spells the phone of the account', () => {
    const names = parseLoginNames({ username: '13954969056', phone: '+86 139 5496 9056' });
    expect(names).toEqual({
      username: null,
      phone: '8613954969056',
      names: [{ name: '8613954969056', kind: 'phone', phoneForm: null }],
    });
  });

  test.each([
    ['2018012346', '2018012346', '2018012346'],
    ['00123456', '00123456', '123456'],
    ['123-456', '123-456', '123456'],
    ['１２３４５６', '123456', '123456'],
    ['13800000001', '13800000001', '8613800000001'],
    ['13911113333.0', '13911113333.0', null],
  ])('keeps %j a username, which no phone may spell', (username, name, phoneForm) => {
    expect(parseLoginNames({ username, phone: '13954969056' })).toMatchObject({
      username,
      phone: '8613954969056',
      names: [{ name, kind: 'username', phoneForm }, { kind: 'phone' }],
    });
  });

  test('keeps the spelling of a username', () => {
    expect(parseLoginNames({ username: ' WRQ@8 ' })).toEqual({
      username: 'WRQ@8',
      phone: null,
      names: [{ name: 'wrq@8', kind: 'username', phoneForm: null }],
    });
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
    ['a decimal number', { phone: '13911113333.0' }, 'phone must be a phone number of 6 to 15 digits.'],
  ])('rejects %s', (_name, input, message) => {
    expect(() => parseLoginNames(input)).toThrow(message);
  });
});
