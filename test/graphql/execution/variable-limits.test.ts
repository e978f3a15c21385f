import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { requireSmallVariables } from '../../../src/graphql/execution/variable-limits.js';
import { graphqlSessionPolicy } from '../../../src/graphql/session-policy.js';
import { createCallers, openSession } from '../../support/callers.js';
import { connect } from '../../support/clients/live.js';
import { uploadForm } from '../../support/clients/multipart.js';
import { cpuTime } from '../../support/cpu-time.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import { largeVariables, nested, objectOf } from '../../support/inputs/large-variables.js';

const query = 'query ($i: DeviceFilter) { presenceSummary(filter: $i) { total } }';
/** CPU time. Without the limits, graphql-js takes several seconds to report the mistakes. */
const LIMIT_MS = 1000;

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

describe('refuses at once, before their mistakes are reported,', () => {
  test.each(largeVariables)('%s over HTTP', async (_content, variables, message) => {
    const before = cpuTime();
    const answer = await gateway.post('/graphql', { query, variables }, { authorization });
    expect(cpuTime() - before).toBeLessThan(LIMIT_MS);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toEqual({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
  });

  test.each(largeVariables)('%s over WebSocket', async (_content, variables, message) => {
    const errors = await new Promise<unknown>((resolve) => {
      client.subscribe({ query, variables }, { next: resolve, error: resolve, complete: () => {} });
    });
    expect(errors).toEqual([{ message, extensions: { code: 'BAD_REQUEST' } }]);
  });

  test('variables in a URL', async () => {
    const search = new URLSearchParams({ query, variables: JSON.stringify({ i: objectOf(101) }) });
    const url = `/graphql?${search}`;
    const answer = await gateway.app.inject({ method: 'GET', url, headers: { authorization } });
    expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });

  test('variables of an upload', async () => {
    const operations = JSON.stringify({ query, variables: { input: { file: null }, i: objectOf(101) } });
    const file = { fileName: 'a.bin', content: 'x' };
    const form = uploadForm([
      ['operations', operations],
      ['map', '{"0": ["variables.input.file"]}'],
      ['0', file],
    ]);
    const headers = { ...form.headers, authorization, 'apollo-require-preflight': 'true' };
    const answer = await gateway.app.inject({ method: 'POST', url: '/graphql', ...form, headers });
    expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  });
});

test('accepts lists of any length, and objects and texts up to the limits', () => {
  const ids = Array.from({ length: 5000 }, (_, n) => String(1_000_000_000 + n));
  for (const variables of [
    undefined,
    null,
    {},
    { ids },
    nested(50),
    objectOf(100),
    { notes: 'x'.repeat(50_000) },
  ]) {
    expect(() => requireSmallVariables(variables)).not.toThrow();
  }
});
