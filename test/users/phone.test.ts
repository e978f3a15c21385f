import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  callingCode,
  canonicalPhone,
  displayPhone,
  e164,
  hasCountry,
  maskedPhone,
} from '../../src/users/phone.js';

const digits = (least: number, most: number) =>
  fc.stringMatching(new RegExp(`^[1-9]\\d{${least - 1},${most - 1}}$`));
const mainland = fc.stringMatching(/^1\d{10}$/);
/** In +86, an extra digit or a trunk prefix makes a number that no phone has. */
const international = digits(6, 15).filter((number) => !/^86(?:0|\d{12})/.test(number));
const separator = fc.constantFrom('', '', ' ', '-', ' - ', '\u00a0', '\u2011', '–', '\u202d', '　');
const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));

/** The same number with separators, and perhaps in full-width characters. */
const spelled = (number: string) =>
  fc
    .tuple(fc.array(separator, { minLength: number.length, maxLength: number.length }), fc.boolean())
    .map(([gaps, wide]) => {
      const text = [...number]
        .map((digit, i) => `${/^$|\+/.test(number[i - 1] ?? '') ? '' : gaps[i]}${digit}`)
        .join('');
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
    ['139.5496.9056', '8613954969056'],
    ['+1.415.555.1234', '14155551234'],
    ['06.12.34.56.78', '0612345678'],
    ['+1 (415) 555-1234', '14155551234'],
    ['(+86)13954969056', '8613954969056'],
    ['(86) 139 5496 9056', '8613954969056'],
    ['（０２１）６１２３４５６７', '02161234567'],
    ['13954969056\t', '8613954969056'],
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
    ...[
      '13911113333.0',
      '13911113333.00',
      '1391111.3333',
      '1.3911113333',
      '13911113333.',
      '１３９１１１１３３３３．０',
    ],
    ...['1.39E+10', '1.3911113333e+10', '1,391,111,3333', "'13911113333", '="13911113333"'],
    ...['+86(0)13911113333', '+86 (0139) 1111333', '+86 013911113333', '008601391113333', '86 013911113333'],
    ...[
      '+44 (0)20 7946 0958',
      '+44 (020) 7946 0958',
      '(0)13911113333',
      '+86 86 13911113333',
      '+86 139111133330',
    ],
    ...['-13911113333', '13911113333-', '(13911113333)', '139)11113333', '139 1111(3333'],
    ...['13911113333/13911113334', '13911113333;13911113334', '13911113333x12', '13911113333 转 12'],
    ...['①②③④⑤⑥', '¹²³⁴⁵⁶', '१२३४५६'],
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
        if (displayPhone(key).startsWith('+')) expect(canonicalPhone(e164(key))).toBe(key);
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

describe('callingCode', () => {
  test.each([
    ['13954969056', '+86'],
    ['8613954969056', '+86'],
    ['+86 21 6123 4567', '+86'],
    ['+852 5123 4567', '+852'],
    ['0085251234567', '+852'],
    ['+1 415 555 1234', '+1'],
    ['+7 701 123 4567', '+7'],
    ['+34 600 123 456', '+34'],
    ['+20 18 0123 4567', '+20'],
    ['2018012346', null],
    ['021 6123 4567', null],
    ['wrq@8', null],
  ])('of %s is %j', (input, expected) => {
    expect(callingCode(input)).toBe(expected);
  });
});

test.each([
  ['8613911112222', '139****2222'],
  ['14155551234', '+14*****1234'],
  ['123456', '****56'],
])('maskedPhone turns %s into %s', (canonical, masked) => {
  expect(maskedPhone(canonical)).toBe(masked);
});
