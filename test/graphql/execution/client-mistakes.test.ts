import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { startGateway, type TestGateway } from '../../support/gateway.js';

const SECRET = 'hunter2';
let gateway: TestGateway;
let authorization: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', password: 'correct horse', roles: ['ADMIN'] });
  const query = 'mutation { login(input: {username: "root", password: "correct horse"}) { accessToken } }';
  const answer = await gateway.post('/graphql', { query });
  authorization = `Bearer ${answer.json().data.login.accessToken}`;
});
afterAll(() => gateway.close());

const loginWith = (input: unknown) => ({
  query: 'mutation($input: LoginInput!) { login(input: $input) { accessToken } }',
  variables: { input },
});
const login = (input: string) => ({ query: `mutation { login(input: ${input}) { accessToken } }` });
const captcha = (type: unknown) => ({
  query: 'mutation($input: CreateCaptchaInput!) { createCaptcha(input: $input) { captcha { type } } }',
  variables: { input: { type } },
});

const mistakes: [operation: { query: string; variables?: Record<string, unknown> }, message: string][] = [
  [
    loginWith({ username: 'root', password: SECRET, captcha: 5 }),
    'Variable "$input" got an invalid value at "input.captcha"; String cannot represent this value.',
  ],
  [
    loginWith({ password: SECRET }),
    'Variable "$input" got an invalid value; Field "username" of required type "String!" was not provided.',
  ],
  [
    loginWith({ username: `a; b at "input.password"; ${SECRET}`, password: 12345678, hunter: `; ${SECRET}` }),
    'Variable "$input" got an invalid value at "input.password"; String cannot represent this value.',
  ],
  [loginWith(SECRET), 'Variable "$input" got an invalid value; Expected type "LoginInput" to be an object.'],
  [
    loginWith({ username: 'root', password: { old: SECRET, new: SECRET } }),
    'Variable "$input" got an invalid value at "input.password"; String cannot represent this value.',
  ],
  [
    captcha(SECRET),
    'Variable "$input" got an invalid value at "input.type"; This value does not exist in "CaptchaType" enum.',
  ],
  [login(`"${SECRET}"`), 'Expected value of type "LoginInput!".'],
  [login(`{username: "root", password: {text: "${SECRET}"}}`), 'String cannot represent this value.'],
  [login(`{username: "root", password: ${SECRET}}`), 'String cannot represent this value.'],
  [login(`{username: "root", "${SECRET}"}`), 'Syntax Error: Expected Name.'],
  [login(`{username: "root" password "${SECRET}"}`), 'Syntax Error: Expected ":".'],
  [{ query: `mutation { login(input: {password: "${SECRET}` }, 'Syntax Error: Unterminated string.'],
  [{ query: `{ me } "${SECRET}" }` }, 'Syntax Error: Unexpected "}".'],
  [{ query: `{ me } ${SECRET}` }, 'Syntax Error: Unexpected Name.'],
  [{ query: 'subscription { deviceStatus(since: 5) { kind } }' }, 'Expected value of type "Cursor".'],
];

describe('errors about a request do not quote its values', () => {
  test.each(mistakes)('over HTTP: %j', async (operation, message) => {
    const answer = await gateway.post('/graphql', operation);
    const { errors } = answer.json();
    expect(errors[0]).toMatchObject({
      message,
      extensions: { code: expect.stringMatching(/^(BAD_USER_INPUT|GRAPHQL_(PARSE|VALIDATION)_FAILED)$/) },
    });
    expect(answer.body).not.toContain(SECRET);
  });

  test('over WebSocket', async () => {
    const client = createClient({
      url: `ws://${await gateway.listen()}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    for (const [operation, message] of mistakes) {
      const errors = await new Promise<unknown>((resolve) => {
        client.subscribe(operation, { next: resolve, error: resolve, complete: () => resolve(null) });
      });
      expect(JSON.stringify(errors)).toContain(JSON.stringify(message));
      expect(JSON.stringify(errors)).not.toContain(SECRET);
    }
    await client.dispose();
  });

  test('in the log', () => {
    expect(gateway.logged()).not.toContain(SECRET);
  });
});

describe('refuses text that PostgreSQL cannot store, naming the field', () => {
  test.each([
    [
      'mutation { createCaptcha(input: {type: IMAGE, deviceId: "a\\u0000b"}) { captcha { type } } }',
      'deviceId',
    ],
    [
      'mutation { login(input: {username: "root", password: "x", deviceId: "a\\u0000b"}) { expiresAt } }',
      'deviceId',
    ],
    ['mutation { loginWithScan(input: {ticket: "a\\u0000b", deviceId: "d"}) { expiresAt } }', 'ticket'],
    ['{ users(search: "a\\u0000b") { edges { cursor } } }', 'search'],
    [
      'mutation { createUser(input: {username: "nul", typeLabel: "a\\u0000b"}) { user { id } } }',
      'typeLabel',
    ],
    [
      'mutation { createUser(input: {username: "nul", roles: ["MEMBER", "a\\u0000b"]}) { user { id } } }',
      'roles',
    ],
  ])('%s', async (query, field) => {
    const answer = await gateway.post('/graphql', { query }, { authorization });
    expect(answer.json().errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', field } }]);
  });

  test.each(['a\0b', 'a\ud800b'])('in an input object of a variable: %j', async (deviceId) => {
    const query = 'mutation ($input: LoginInput!) { login(input: $input) { expiresAt } }';
    const variables = { input: { username: 'root', password: 'x', deviceId, captcha: 'x' } };
    const answer = await gateway.post('/graphql', { query, variables });
    expect(answer.json().errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', field: 'deviceId' } },
    ]);
  });

  test('in a variable over WebSocket', async () => {
    const client = createClient({
      url: `ws://${await gateway.listen()}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const query = 'subscription($ticket: String!) { scanTicket(ticket: $ticket, deviceId: "d") { state } }';
    const watched = client.iterate({ query, variables: { ticket: 'a\0b' } }).next();
    await expect(
      watched.then(
        ({ value }) => value.errors ?? [],
        (errors: unknown) => errors,
      ),
    ).resolves.toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
    await client.dispose();
  });
});

test('refuses a time before the year 1, which PostgreSQL cannot store', async () => {
  const beat = 'mutation { heartbeat(input: {}) { device { id } } }';
  const { device } = (await gateway.post('/graphql', { query: beat }, { authorization })).json().data
    .heartbeat;
  const times = 'from: "0000-12-31T23:59:59Z", to: "9999-12-31T23:59:59Z"';
  const query = `{ device(id: "${device.id}") { history(${times}) { edges { cursor } } } }`;
  const answer = await gateway.post('/graphql', { query }, { authorization });
  expect(answer.json().errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', field: 'from' } }]);
});

test('limits the length of a user type', async () => {
  const query = `mutation { createUser(input: {username: "long", typeLabel: "${'x'.repeat(2001)}"}) { user { id } } }`;
  const answer = await gateway.post('/graphql', { query }, { authorization });
  expect(answer.json().errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', field: 'typeLabel' } }]);
});

describe('refuses in the form of GraphQL errors', () => {
  const headers = { 'content-type': 'application/json' };
  test.each([
    ['an empty body', '', 400, 'INVALID_INPUT'],
    ['malformed JSON', `{"password": "${SECRET}`, 400, 'INVALID_INPUT'],
    ['a body of more than 1 MiB', JSON.stringify({ query: 'x'.repeat(1024 * 1024) }), 413, 'TOO_LARGE'],
    ['an empty batch', '[]', 400, 'BAD_REQUEST'],
  ])('%s', async (_name, payload, status, code) => {
    const answer = await gateway.app.inject({ method: 'POST', url: '/graphql', payload, headers });
    expect({ status: answer.statusCode, body: answer.json() }).toEqual({
      status,
      body: { errors: [{ message: expect.any(String), extensions: { code } }] },
    });
    expect(answer.body).not.toContain(SECRET);
  });

  test('another Content-Type', async () => {
    const answer = await gateway.app.inject({
      method: 'POST',
      url: '/graphql',
      payload: 'query',
      headers: { 'content-type': 'text/csv' },
    });
    expect(answer.json().errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT' } }]);
  });
});

test('an object that does not exist is null, and a change of it is refused', async () => {
  const query = '{ user(id: "user_999999") { id } device(id: "device_999999") { id } }';
  const answer = await gateway.post('/graphql', { query }, { authorization });
  expect(answer.json()).toEqual({ data: { user: null, device: null } });
  const change = 'mutation { deleteUser(input: {id: "user_999999"}) { deletedUserId } }';
  const refused = await gateway.post('/graphql', { query: change }, { authorization });
  expect(refused.json().errors).toMatchObject([{ extensions: { code: 'NOT_FOUND' } }]);
});

test('a login returns its session as the current one', async () => {
  const query =
    'mutation { login(input: {username: "root", password: "correct horse"}) { session { current } } }';
  const answer = await gateway.post('/graphql', { query });
  expect(answer.json().data.login.session).toEqual({ current: true });
  expect(answer.headers['cache-control']).toBe('no-store');
});
