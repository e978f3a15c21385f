import { expect, test } from '@jest/globals';
import { packageName, packagePath } from '../../src/releases/package-name.js';

test.each([
  ['websocket.html', '1112343', 'websocket-1112343.html'],
  ['.production', '1113', '-1113.production'],
  ['app.tar.gz', '1.10.0', 'app-1.10.0.gz'],
  ['README', '7', 'README-7'],
  ['trailing.', '7', 'trailing-7.'],
  ['升级 包.zip', '7', '升级 包-7.zip'],
])('a file %j of version %s is downloaded as %j', (fileName, version, name) => {
  expect(packageName(fileName, version)).toBe(name);
});

test.each([
  '',
  '.',
  '..',
  '../passwd',
  '/etc/passwd',
  'a/b',
  '..\\b',
  'C:\\b.zip',
  'a\0.zip',
  '\u202Egpj.exe',
  'a\r\nb.zip',
  'a\u007f.zip',
  'a\u0085.zip',
  'a\u2028.zip',
  '\ufffd.zip',
  `${'a'.repeat(252)}.zip`,
  `${'升'.repeat(85)}.zip`,
  `${'a'.repeat(250)}.zip`,
])('a package cannot have the file name %j', (fileName) => {
  expect(() => packageName(fileName, '7')).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', details: { field: 'file' } }),
  );
});

test('a download path is encoded for a URL', () => {
  expect(packagePath('升 #?%-1.0.0+b.zip')).toBe('/dist/%E5%8D%87%20%23%3F%25-1.0.0%2Bb.zip');
});
