import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { sendRaw } from '../../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';

let gateway: TestGateway;
let host = '';
let url = '';

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  url = `http://${host}/graphql`;
});
afterAll(() => gateway.close());

const audits = serverAudits({ url: () => url });

test('runs all 61 audits', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits.map((audit) => [audit.name, audit] as const))('%s', async (_name, audit) => {
  const result = await audit.fn();
  expect({ ...result, response: undefined }).toMatchObject({ status: 'ok' });
});

test.each([1000, 10_000, 100_000])(
  'variables that nest %d levels deep are a mistake of the client',
  async (levels) => {
    const deep = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const query = JSON.stringify('mutation($i: LoginInput!) { login(input: $i) { expiresAt } }');
    const payload = `{"query": ${query}, "variables": {"i": ${deep}}}`;
    const headers = { 'content-type': 'application/json' };
    const answer = await gateway.app.inject({ method: 'POST', url: '/graphql', payload, headers });
    expect([answer.statusCode, answer.json().errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
  },
);

test.each(['[', 'a b', ''])('an invalid host, %j, is a mistake of the client', async (name) => {
  // Node takes the first of two Host headers.
  const body = Buffer.from('{"query": "{ __typename }"}');
  const headers = [`host: ${name}`, 'content-type: application/json'];
  const answer = await sendRaw(host, 'POST /graphql HTTP/1.1', headers, body);
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body).errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
});

test.each([
  ['a browser', 'text/html,application/xhtml+xml,*/*;q=0.8', 400],
  ['a client that accepts only HTML', 'text/html', 406],
])('%s gets no landing page', async (_who, accept, status) => {
  const answer = await gateway.app.inject({ method: 'GET', url: '/graphql', headers: { accept } });
  expect(answer.statusCode).toBe(status);
  expect(answer.headers['content-type']).not.toContain('html');
  expect(answer.json().errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
});

describe('a request from a page of another site', () => {
  const query = '{ __typename }';
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  const get = (headers: Record<string, string>) =>
    gateway.app.inject({ method: 'GET', url: `/graphql?query=${encodeURIComponent(query)}`, headers });
  const post = (headers: Record<string, string>) => gateway.post('/graphql', { query }, headers);

  test.each<[what: string, headers: Record<string, string>]>([
    ['a link', { 'sec-fetch-site': 'cross-site' }],
    ['a link on a sibling domain', { 'sec-fetch-site': 'same-site' }],
    ['a script that sets no header', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null' }],
    ['a request declared as plain text', { ...foreign, 'content-type': 'text/plain; application/json' }],
  ])('is refused without a preflight: %s', async (_what, headers) => {
    const answer = await get(headers);
    expect(answer.statusCode).toBe(403);
    expect(answer.json().errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('is refused as a form, a text or an upload before its body is read', async () => {
    for (const type of [form['content-type'], 'text/plain', 'multipart/form-data; boundary=x']) {
      expect((await post({ ...foreign, 'content-type': type })).statusCode).toBe(403);
    }
  });

  test('is allowed after a preflight', async () => {
    expect((await post(foreign)).json()).toEqual({ data: { __typename: 'Query' } });
    expect((await get({ ...foreign, authorization: 'Bearer x' })).statusCode).toBe(200);
  });

  test.each<[who: string, headers: Record<string, string>]>([
    ['native clients', {}],
    ['URLs that a person typed', { 'sec-fetch-site': 'none' }],
    ['pages of the gateway', { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:80' }],
  ])('is distinguished from %s', async (_who, headers) => {
    expect((await get(headers)).json()).toEqual({ data: { __typename: 'Query' } });
  });

  test('cannot be a mutation by GET, and neither can any other request', async () => {
    const url = `/graphql?query=${encodeURIComponent('mutation { logout(input: {}) { session { id } } }')}`;
    const answer = await gateway.app.inject({ method: 'GET', url });
    expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'POST']);
  });
});
