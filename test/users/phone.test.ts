import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalPhone, displayPhone, e164, hasCountry, maskedPhone } from '../../src/users/phone.js';

const digits = (least: number, most: number) =>
  fc.stringMatching(new RegExp(`^[1-9]\\d{${least - 1},${most - 1}}$`));
const mainland = fc.stringMatching(/^1\d{10}$/);
const international = digits(6, 15);
const separator = fc.constantFrom('', '', ' ', '-', '.', ' (', ') ', '\u00a0', '\u2011', '–', '\u202d', '　');
const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

/** The same number with separators, and perhaps in full-width characters. */
const spelled = (number: string) =>
  fc
    .tuple(fc.array(separator, { minLength: number.length, maxLength: number.length }), fc.boolean())
    .map(([gaps, wide]) => {
      const text = [...number].map((character, i) => `${character}${gaps[i]}`).join('');
      return wide ? fullWidth(text) : text;
    });

describe('canonicalPhone', () => {
  test.each([
    ['13954969056', '8613954969056'],
    ['+86 139-5496-9056', '8613954969056'],
    ['008613954969056', '8613954969056'],
    ['8613954969056', '8613954969056'],
    ['１３９５４９６９０５６', '8613954969056'],
    ['\u202d139 5496 9056\u202c', '8613954969056'],
    ['12345678901', '8612345678901'],
    ['+14155551234', '14155551234'],
    ['(415) 555.1234', '4155551234'],
    ['021-61234567', '02161234567'],
    ['123456', '123456'],
    ['123456789012345', '123456789012345'],
  ])('turns %j into %s', (input, key) => {
    expect(canonicalPhone(input)).toBe(key);
  });

  test.each([
    ...['', '+', '12345', '1234567890123456', '１２３', '001234'],
    ...['wrq@8', 'test', '139x5496905', '139/5496/9056', '٠١٢٣٤٥٦٧', '\ud800'],
    ...['139+54969056', '++8613954969056', '+0013954969056', '0000123456'],
  ])('rejects %j', (input) => {
    expect(canonicalPhone(input)).toBeNull();
  });

  test('rejects overlong input without normalising it', () => {
    expect(canonicalPhone(`${' '.repeat(1000)}13954969056`)).toBeNull();
  });

  test('gives every spelling of a mainland number one key', () => {
    const spelling = mainland.chain((number) =>
      fc.tuple(
        fc.constant(number),
        fc.constantFrom('', '+86', '0086', '86').chain((prefix) => spelled(prefix + number)),
      ),
    );
    fc.assert(fc.property(spelling, ([number, input]) => expect(canonicalPhone(input)).toBe(`86${number}`)));
  });

  test('gives every spelling of an international number one key', () => {
    const spelling = international.chain((number) =>
      fc.tuple(
        fc.constant(number),
        fc.constantFrom('+', '00').chain((prefix) => spelled(prefix + number)),
      ),
    );
    fc.assert(fc.property(spelling, ([number, input]) => expect(canonicalPhone(input)).toBe(number)));
  });

  test('gives different international numbers different keys', () => {
    fc.assert(
      fc.property(international, international, (a, b) => {
        expect(canonicalPhone(`+${a}`) === canonicalPhone(`+${b}`)).toBe(a === b);
      }),
    );
  });

  test('keeps mainland numbers apart from the same digits of another country', () => {
    fc.assert(
      fc.property(mainland, (number) => {
        expect(canonicalPhone(number)).not.toBe(canonicalPhone(`+${number}`));
        expect(canonicalPhone(number)).toBe(canonicalPhone(`+86${number}`));
      }),
    );
  });
});

describe('e164 and displayPhone', () => {
  test.each([
    ['13954969056', '13954969056'],
    ['+14155551234', '+14155551234'],
    ['+86 10 6552 9988', '+861065529988'],
    ['123456', '123456'],
    ['021 6123 4567', '02161234567'],
  ])('display %s as %s', (input, shown) => {
    expect(displayPhone(canonicalPhone(input) ?? '')).toBe(shown);
  });

  test('write a number so that it can be parsed again', () => {
    const typed = fc
      .tuple(fc.constantFrom('', '+', '00'), fc.stringMatching(/^\d{6,15}$/))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(typed, (input) => {
        const key = canonicalPhone(input);
        fc.pre(key !== null);
        expect(canonicalPhone(e164(key))).toBe(key);
        expect(canonicalPhone(displayPhone(key))).toBe(key);
      }),
    );
  });
});

describe('hasCountry', () => {
  test.each([
    ['13954969056', ['+86'], true],
    ['+14155551234', ['+86'], false],
    ['+14155551234', ['+86', '+1'], true],
    ['+85261234567', ['+86', '+852'], true],
    ['86123', ['+86'], false],
    ['861234', ['+86'], false],
    ['02161234567', ['+0'], false],
    ['13954969056', [], false],
    ['+86 0139 5496 9056', ['+86'], false],
    ['+86 86 139 5496 9056', ['+86'], false],
    ['+86 139 5496 9056 1', ['+86'], false],
    ['+86 21 6123 4567', ['+86'], false],
  ])('of %s and %j is %j', (input, countries, expected) => {
    expect(hasCountry(canonicalPhone(input) ?? '', countries)).toBe(expected);
  });
});

test.each([
  ['8613911112222', '139****2222'],
  ['14155551234', '+14*****1234'],
  ['123456', '****56'],
])('maskedPhone turns %s into %s', (canonical, masked) => {
  expect(maskedPhone(canonical)).toBe(masked);
});
