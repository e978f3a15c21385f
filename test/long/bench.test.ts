import { expect, test } from '@jest/globals';
import { read, tableRows } from '../docs/markdown.js';
import { bench } from '../support/bench.js';

const rows = tableRows(read('docs/performance.md'), 'Rows').map(([name = '']) => name.replaceAll('`', ''));

test.each(rows)('measures %s, if only a little of it', async (row) => {
  const { code, errors } = await bench(row, '--profile', 'smoke');
  expect({ code, errors }).toEqual({ code: 0, errors: '' });
});
