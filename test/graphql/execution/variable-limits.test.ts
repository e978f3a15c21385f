import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { refuseVastVariables } from '../../../src/graphql/execution/variable-limits.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { cpuTime } from '../../support/cpu-time.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { connect } from '../../support/live.js';
import { uploadForm } from '../../support/multipart.js';

const query = 'query ($i: DeviceFilter) { presenceSummary(filter: $i) { total } }';
/** Of processor time. What is not refused takes several seconds. */
const A_MOMENT_MS = 1000;

let gateway: TestGateway;
let client: Client;
let authorization: string;
beforeAll(async () => {
  gateway = await startGateway();
  await createCallers(gateway);
  authorization = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  client = connect(await gateway.listen(), authorization);
});
afterAll(async () => {
  await client.dispose();
  await gateway.close();
});

const object = (keys: number, value: unknown = 1) =>
  Object.fromEntries(Array.from({ length: keys }, (_, n) => [`k${n}`, value]));
const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`);
/** One level is that of the names of the variables. */
const vast: [what: string, variables: Record<string, unknown>, told: string][] = [
  ['objects of many keys', { i: object(101) }, 'The variables have an object with more than 100 keys.'],
  [
    'objects of very many keys',
    { i: object(20_000) },
    'The variables have an object with more than 100 keys.',
  ],
  ['such objects in lists', { i: [[object(101)]] }, 'The variables have an object with more than 100 keys.'],
  ['many variables', object(101), 'The variables have an object with more than 100 keys.'],
  ['deep nesting', { i: nested(50) }, 'The variables nest deeper than 50 levels.'],
  [
    'a long text',
    { i: { id: 'x'.repeat(100_000) } },
    'The variables have more than 100000 characters of text.',
  ],
  ['a long key', { ['x'.repeat(100_001)]: 1 }, 'The variables have more than 100000 characters of text.'],
  [
    'a list of long texts',
    { i: Array(11).fill('x'.repeat(10_000)) },
    'The variables have more than 100000 characters of text.',
  ],
];

describe('variables that it takes long to find fault with are refused', () => {
  test.each(vast)('%s, over HTTP', async (_what, variables, told) => {
    const before = cpuTime();
    const answer = await gateway.post('/graphql', { query, variables }, { authorization });
    expect(cpuTime() - before).toBeLessThan(A_MOMENT_MS);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ errors: [{ message: told, extensions: { code: 'BAD_REQUEST' } }] });
  });

  test.each(vast)('%s, over WebSocket', async (_what, variables, told) => {
    const errors = await new Promise<unknown>((resolve) => {
      client.subscribe({ query, variables }, { next: resolve, error: resolve, complete: () => {} });
    });
    expect(errors).toEqual([{ message: told, extensions: { code: 'BAD_REQUEST' } }]);
  });

  test('in a URL', async () => {
    const search = new URLSearchParams({ query, variables: JSON.stringify({ i: object(101) }) });
    const url = `/graphql?${search}`;
    const answer = await gateway.app.inject({ method: 'GET', url, headers: { authorization } });
    expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });
});

test('so are those of an upload', async () => {
  const operations = JSON.stringify({ query, variables: { file: null, i: object(101) } });
  const file = { fileName: 'a.bin', content: 'x' };
  const form = uploadForm([
    ['operations', operations],
    ['map', '{"0": ["variables.file"]}'],
    ['0', file],
  ]);
  const headers = { ...form.headers, authorization, 'apollo-require-preflight': 'true' };
  const answer = await gateway.app.inject({ method: 'POST', url: '/graphql', ...form, headers });
  expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
});

test('the longest lists, the deepest objects and the longest texts of ours are well within', () => {
  const ids = Array.from({ length: 5000 }, (_, n) => String(1_000_000_000 + n));
  for (const variables of [
    undefined,
    null,
    {},
    { ids },
    nested(50),
    object(100),
    { notes: 'x'.repeat(50_000) },
  ]) {
    expect(() => refuseVastVariables(variables)).not.toThrow();
  }
});
