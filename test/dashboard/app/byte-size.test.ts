import { expect, test } from '@jest/globals';
import { formatBytes } from '../../../src/cli/terminal/progress.js';
import { byteSize } from '../../../src/dashboard/app/ui/byte-size.js';

const sizes = [
  [0, '0 B'],
  [1, '1 B'],
  [1023, '1023 B'],
  [1024, '1.0 KiB'],
  [3_000_000, '2.9 MiB'],
  [1024 ** 2 - 1, '1.0 MiB'],
  [1024 ** 2, '1.0 MiB'],
  [1000 * 1024 ** 2, '1000.0 MiB'],
  [4 * 1024 ** 3, '4.0 GiB'],
  [1500 * 1024 ** 4, '1500.0 TiB'],
] as const;

test.each(sizes)('%i bytes are written alike by the dashboard and the command line: %s', (bytes, text) => {
  expect([byteSize(bytes, 'en'), byteSize(bytes, 'zh'), formatBytes(bytes)]).toEqual([text, text, text]);
});

test('a rate of the dashboard has the same units', () => {
  expect(byteSize(1_400_000, 'en', true)).toBe('1.3 MiB/s');
  expect(byteSize(812.4, 'en', true)).toBe('812 B/s');
});
