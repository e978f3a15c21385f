import { expect, test } from '@jest/globals';
import { clientText } from '../../src/sessions/client-text.js';

test.each([
  ['mate60', 'mate60'],
  [101, '101'],
  ['a\0b', 'ab'],
  ['车间-1', '车间-1'],
  ['x'.repeat(200), 'x'.repeat(128)],
  [`${'x'.repeat(127)}😀`, 'x'.repeat(127)],
  [`${'x'.repeat(126)}😀`, `${'x'.repeat(126)}😀`],
  ['', null],
  ['\0', null],
  [undefined, null],
  [{}, null],
])('%j becomes %j', (sent, text) => {
  expect(clientText(sent)).toBe(text);
});
