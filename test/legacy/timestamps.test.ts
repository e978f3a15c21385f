import { describe, expect, test } from '@jest/globals';
import { localTime, rfc3339 } from '../../src/legacy/timestamps.js';

/** https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;

describe('rfc3339', () => {
  test.each([
    ['2020-07-14T08:16:41.999Z', 'Asia/Shanghai', '2020-07-14T16:16:41+08:00'],
    ['2020-07-14T16:00:00Z', 'Asia/Shanghai', '2020-07-15T00:00:00+08:00'],
    ['2020-07-14T08:16:41Z', 'UTC', '2020-07-14T08:16:41+00:00'],
    ['2020-07-14T08:16:41Z', 'Asia/Kolkata', '2020-07-14T13:46:41+05:30'],
    ['2020-01-01T02:00:00Z', 'America/St_Johns', '2019-12-31T22:30:00-03:30'],
    ['2020-07-01T12:00:00Z', 'Europe/Berlin', '2020-07-01T14:00:00+02:00'],
    // The offset was +08:05:43.
    ['1900-01-01T00:00:00Z', 'Asia/Shanghai', '1900-01-01T08:06:00+08:06'],
    // The offset was -00:44:30.
    ['1971-06-01T00:00:00Z', 'Africa/Monrovia', '1971-05-31T23:15:00-00:45'],
    ['0001-01-01T00:00:00Z', 'Asia/Shanghai', '0001-01-01T08:06:00+08:06'],
    ['9999-12-31T12:00:00Z', 'Asia/Shanghai', '9999-12-31T20:00:00+08:00'],
    ['9999-12-31T23:59:59Z', 'Asia/Shanghai', '9999-12-31T23:59:59+00:00'],
  ])('formats %s in %s', (instant, timeZone, text) => {
    expect(rfc3339(new Date(instant), timeZone)).toBe(text);
    expect(text).toMatch(RFC_3339);
  });

  test('keeps the instant in every zone and century', () => {
    for (const timeZone of Intl.supportedValuesOf('timeZone')) {
      for (const year of ['0800', '1582', '1880', '1899', '1911', '1935', '1971', '2026', '2400']) {
        const instant = `${year}-03-10T11:22:33.000Z`;
        const text = rfc3339(new Date(instant), timeZone);
        expect(text).toMatch(RFC_3339);
        expect([timeZone, new Date(text).toISOString()]).toEqual([timeZone, instant]);
      }
    }
  });
});

test.each([
  ['2023-10-20T09:43:42Z', 'Asia/Shanghai', '2023-10-20 17:43:42'],
  ['2023-10-20T16:00:00Z', 'Asia/Shanghai', '2023-10-21 00:00:00'],
  ['2023-10-20T09:43:42Z', 'UTC', '2023-10-20 09:43:42'],
])('localTime formats %s in %s', (instant, timeZone, text) => {
  expect(localTime(new Date(instant), timeZone)).toBe(text);
});
