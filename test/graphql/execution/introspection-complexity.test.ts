import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { overHttp } from '../../support/clients/transports.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const everything = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});
const eightTimes = (text: (n: number) => string) => Array.from({ length: 8 }, (_, n) => text(n)).join(' ');

test.each([
  ['the whole standard query', everything],
  ['two introspection fields', '{ __schema { types { name } } __type(name: "User") { name } }'],
])('executes %s', async (_content, query) => {
  expect(await overHttp(gateway)({ query })).toEqual([]);
});

test.each([
  ['eight introspection fields', `{ ${eightTimes((n) => `a${n}: __schema { types { name } }`)} }`, 40_000],
  ['eight aliases inside one', `{ __schema { ${eightTimes((n) => `a${n}: types { name }`)} } }`, 45_000],
  [
    'eight aliases in a fragment',
    `{ __schema { ...A } } fragment A on __Schema { ${eightTimes((n) => `a${n}: types { name }`)} }`,
    45_000,
  ],
])('refuses %s', async (_content, query, complexity) => {
  const [error, ...more] = await overHttp(gateway)({ query });
  expect(error?.message).toBe(
    `The operation has a complexity of ${complexity} (most complex field: __schema); the limit is 10000.`,
  );
  expect(more).toEqual([]);
});

test('an introspection field is at least a third as complex as the answer to the standard query', async () => {
  const answer = await gateway.post('/graphql', { query: everything });
  let fields = 0;
  JSON.stringify(answer.json().data.__schema, (key, value) => {
    if (/^[a-z_]/i.test(key)) fields += 1;
    return value;
  });
  expect(fields).toBeGreaterThan(2500);
  expect(fields).toBeLessThanOrEqual(15_000);
});
