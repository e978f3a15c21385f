const keys = 'variables must not contain an object with more than 100 keys.';
const depth = 'variables must not nest deeper than 50 levels.';
const text = 'variables must not contain more than 100000 characters of text.';

export const objectOf = (keys: number, value: unknown = 1) =>
  Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, value]));

export const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);

/** Variables `i` beyond each limit. The names of the variables are the first level. */
export const largeVariables: [content: string, variables: Record<string, unknown>, message: string][] = [
  ['an object of 101 keys', { i: objectOf(101) }, keys],
  ['an object of 20,000 keys', { i: objectOf(20_000) }, keys],
  ['such an object in lists', { i: [[objectOf(101)]] }, keys],
  ['101 variables', objectOf(101), keys],
  ['deep nesting', { i: nested(50) }, depth],
  ['a long string', { i: { id: 'x'.repeat(100_000) } }, text],
  ['a long key', { ['x'.repeat(100_001)]: 1 }, text],
  ['a list of long strings', { i: Array(11).fill('x'.repeat(10_000)) }, text],
];
