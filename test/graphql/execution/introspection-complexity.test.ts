import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

/** All that the standard query can ask for. */
const WHOLE = {
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};

const many = (text: (n: number) => string) => Array.from({ length: 8 }, (_, n) => text(n)).join(' ');

test.each<[times: string, query: string, isTaken: boolean]>([
  ['once', getIntrospectionQuery(WHOLE), true],
  ['twice', '{ __schema { types { name } } __type(name: "User") { name } }', true],
  ['eight times', `{ ${many((n) => `a${n}: __schema { types { name } }`)} }`, false],
  ['eight times in one', `{ __schema { ${many((n) => `a${n}: types { name }`)} } }`, false],
  [
    'eight times in a fragment',
    `{ __schema { ...A } } fragment A on __Schema { ${many((n) => `a${n}: types { name }`)} }`,
    false,
  ],
])('the schema is told %s in one operation: %#', async (_times, query, isTaken) => {
  const told = isTaken
    ? []
    : [{ message: 'The operation has more than 10000 fields in its longest answer.' }];
  const errors = (await gateway.post('/graphql', { query })).json().errors ?? [];
  expect(errors.map(({ message }: Error) => ({ message }))).toEqual(told);
});

test('the price of the schema is about what its standard answer has', async () => {
  const answer = await gateway.post('/graphql', { query: getIntrospectionQuery(WHOLE) });
  let fields = 0;
  JSON.stringify(answer.json().data.__schema, (key, value) => {
    if (/^[a-z_]/i.test(key)) fields += 1;
    return value;
  });
  expect(fields).toBeGreaterThan(2500);
  expect(fields).toBeLessThanOrEqual(5000);
});
