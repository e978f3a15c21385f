import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import { parseVersion } from '../../src/releases/versions.js';

const sorted = (versions: string[]) =>
  versions
    .map(parseVersion)
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ text }) => text);

describe('versions are ordered', () => {
  test('numerically if they are whole numbers', () => {
    expect(sorted(['10', '9', '1112343', '0', '999999999999999'])).toEqual([
      '0',
      '9',
      '10',
      '1112343',
      '999999999999999',
    ]);
  });

  test('like the example of the semver specification', () => {
    const example = [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.9.0',
      '1.10.0',
    ];
    expect(sorted(example.toReversed())).toEqual(example);
  });

  test('like any two by the semver library', () => {
    const number = fc.nat({ max: 20_000 }).map(String);
    const word = fc.stringMatching(/^[0-9A-Za-z-]{0,4}[A-Za-z-][0-9A-Za-z-]{0,3}$/);
    const suffix = fc.array(fc.oneof(fc.nat({ max: 12 }).map(String), word), { maxLength: 4 });
    const version = fc
      .tuple(number, number, number, suffix)
      .map(([a, b, c, rest]) => `${a}.${b}.${c}${rest.length > 0 ? `-${rest.join('.')}` : ''}`);
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [one, other] = [parseVersion(a).order, parseVersion(b).order];
        expect(one < other ? -1 : Number(one > other)).toBe(semver.compare(a, b));
      }),
    );
  });

  test('regardless of build metadata', () => {
    expect(parseVersion('1.0.0+a').order).toBe(parseVersion('1.0.0+b-1').order);
    expect(parseVersion('1.0.0-rc.1+a').order).toBe(parseVersion('1.0.0-rc.1').order);
  });
});

test.each([
  '',
  ' ',
  'latest',
  '1.0',
  '-1',
  '+1',
  '01',
  '1e3',
  '0x10',
  '١',
  '1 ',
  '1\n',
  '1000000000000000',
  'v1.0.0',
  '=1.0.0',
  ' 1.0.0',
  '1.0.0\n',
  '1.0.0-01',
  '1.0.0-',
  '01.0.0',
  '1.0.0.0',
  '9007199254740992.0.0',
  `1.0.0-${'a'.repeat(60)}`,
])('%j is not a version', (text) => {
  expect(() => parseVersion(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});
