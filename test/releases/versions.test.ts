import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import semver from 'semver';
import { parseVersion, readReportedVersion } from '../../src/releases/versions.js';

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

describe('a version that a device reports is read as', () => {
  const order = (text: string) => readReportedVersion(text)?.order;

  test.each([
    '2023.10.2',
    'v2023.10.2',
    'V2023.10.2',
    ' 2023.10.2 ',
    '\t2023.10.2\r\n',
    'v 2023.10.2',
    '2023.10.02',
    'v02023.010.0002',
    '2023.10.2+build.5',
    '2023.10.2+20231002_nightly (arm64)',
    `2023.10.2+${'0'.repeat(120)}`,
  ])('2023.10.2: %j', (text) => {
    expect(order(text)).toBe(parseVersion('2023.10.2').order);
  });

  test.each(['v1.0.0-rc.1', '1.0.0-rc.1 ', '01.0.0-rc.1+5'])('1.0.0-rc.1: %j', (text) => {
    expect(order(text)).toBe(parseVersion('1.0.0-rc.1').order);
  });

  test.each(['1113', 'v1113', '0001113', ' 1113+debug', `${'0'.repeat(40)}1113`])('1113: %j', (text) => {
    expect(order(text)).toBe(parseVersion('1113').order);
  });

  test.each(['0', '000', 'v0'])('0: %j', (text) => {
    expect(order(text)).toBe(parseVersion('0').order);
  });

  test.each([
    '',
    ' ',
    'v',
    'unknown',
    'latest',
    'vv1.0.0',
    '=1.0.0',
    '-1',
    '1.0',
    '1.0.0.0',
    '1.0.0beta',
    '1.0.0-rc.01',
    '1,0,0',
    '1. 0.0',
    '1.0.0 (build 5)',
    '1000000000000000',
    '9007199254740992.0.0',
    '٢.0.0',
    `1.0.0-${'a'.repeat(60)}`,
  ])('none that compares: %j', (text) => {
    expect(readReportedVersion(text)).toBeNull();
  });

  test('what it is, for every version that can be published', () => {
    const published = fc.oneof(
      fc.nat().map(String),
      fc.tuple(fc.nat(), fc.nat(), fc.nat()).map((parts) => parts.join('.')),
      fc
        .tuple(fc.nat(), fc.stringMatching(/^[a-z-]-?0?[0-9a-z-]{0,6}$/))
        .map(([n, rc]) => `${n}.0.0-${rc}.${n}`),
    );
    fc.assert(
      fc.property(published, (text) => {
        expect(readReportedVersion(text)).toEqual(parseVersion(text));
      }),
    );
  });
});
