import { expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvLine } from '../../src/exports/csv.js';

test('text that is not a formula is read back as RFC 4180 defines', () => {
  const text = fc.string({ unit: 'grapheme' }).map((any) => `a${any}`);
  fc.assert(
    fc.property(fc.array(text, { minLength: 2 }), (cells) =>
      expect(parse(csvLine(cells), { recordDelimiter: '\r\n' })).toEqual([cells]),
    ),
  );
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', '＝1', '＋1', '－1', '＠A1'])(
  'a spreadsheet takes %j as text',
  (formula) => {
    const [[cell]] = parse(csvLine([formula, 'x']), { recordDelimiter: '\r\n' }) as [[string]];
    expect(cell).toBe(`'${formula}`);
  },
);

test('writes numbers, times, lists and absent values', () => {
  const cells = [-1, true, null, new Date(0), ['site:berlin', 'spare'], 'a "quoted", text\n'];
  expect(csvLine(cells)).toBe(
    '-1,true,,1970-01-01T00:00:00.000Z,site:berlin spare,"a ""quoted"", text\n"\r\n',
  );
});
