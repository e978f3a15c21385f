import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { print } from 'graphql';
import pg from 'pg';
import { ask } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const ANSWER = '5694';
const STRANGER = '203.0.113.1';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({
    CAPTCHA_FIXED_CODE: ANSWER,
    TRUST_PROXY: 'loopback',
    CAPTCHAS_PER_ADDRESS: '100000',
  });
});
afterAll(() => gateway.close());

let people = 0;
let username: string;
let phone: string;
beforeEach(async () => {
  people += 1;
  username = `ada ${people}`;
  phone = String(13_800_000_000 + people);
  await gateway.createUser({ username, phone, password: PASSWORD });
});

interface Entry {
  readonly name: string;
  readonly password?: string;
  readonly address?: string;
  readonly deviceId?: string;
}
type Post = (url: string, body: object) => Promise<{ json(): Answer }>;
// biome-ignore lint/suspicious/noExplicitAny: each API has its own envelope.
type Answer = any;

/** A login that solves captchas only where the API always requires one. @returns `in`, or the code or message. */
const login =
  (attempt: (post: Post, entry: Required<Entry>) => Promise<string>) =>
  ({ name, password = 'wrong!', address = STRANGER, deviceId = 'theirs' }: Entry): Promise<string> => {
    const headers = { 'x-forwarded-for': address, 'x-device-id': deviceId };
    const post: Post = (url, body) => gateway.post(url, body, headers);
    return attempt(post, { name, password, address, deviceId });
  };

const apis = {
  bms: login(async (post, { name: phone, password }) => {
    const body = { phone, password, device: 'x', version: '1' };
    const { ok, msg } = (await post('/sys/login-phone', body)).json();
    return ok ? 'in' : msg;
  }),
  uims: login(async (post, { name: account, password: passwd }) => {
    const { code, message } = (await post('/api/background_login', { account, passwd })).json();
    return code === 0 ? 'in' : message;
  }),
  teacher: login(async (post, { name: phone, password }) => {
    const { code, message } = (await post('/api/user/login', { phone, password })).json();
    return code === 0 ? 'in' : message;
  }),
  console: login(async (post, { name: username, password, deviceId }) => {
    await post('/validate/code/', { type: 'image', deviceId });
    const body = { username, password, captcha: ANSWER, deviceId };
    const { success, msg } = (await post('/login/account', body)).json();
    return success ? 'in' : msg;
  }),
  graphql: login(async (post, { name: username, password, deviceId }) => {
    const variables = { input: { username, password, deviceId } };
    const { data, errors } = (await post('/graphql', { query: print(op.LoginDocument), variables })).json();
    return data ? 'in' : errors[0].extensions.code;
  }),
};
const verifyCode = (address: string, code: string) =>
  gateway.post('/api/user/verifyCode', { account: phone, code }, { 'x-forwarded-for': address });
const sendCode = (address: string) =>
  gateway.post('/api/user/sendCode', { account: phone }, { 'x-forwarded-for': address });

const CONSOLE_WRONG = '用户名或密码错误';
const CONSOLE_THROTTLED = '操作过于频繁，请稍后再试';

test('failed logins of all APIs share the budget of a name', async () => {
  for (let i = 0; i < 2; i += 1) for (const login of Object.values(apis)) await login({ name: username });
  const name = ` ${username.toUpperCase()}`;
  expect(await apis.graphql({ name, address: '203.0.113.9' })).toBe('CAPTCHA_REQUIRED');
});

/** Those of the driver, BEGIN and COMMIT included. */
async function statementsOf(work: () => Promise<unknown>): Promise<number> {
  const query = jest.spyOn(pg.Client.prototype, 'query');
  try {
    await work();
    return query.mock.calls.length;
  } finally {
    query.mockRestore();
  }
}

test('a login takes at most three statements at each API, and an unknown name as many as a wrong password', async () => {
  const known = { name: username, password: PASSWORD };
  const statements: Record<string, number> = {};
  for (const [api, login] of Object.entries(apis)) {
    // The first login opens connections and caches the document.
    expect(await login(known)).toBe('in');
    statements[api] = await statementsOf(() => login(known));
    const refused = await statementsOf(() => login({ name: username }));
    expect([api, await statementsOf(() => login({ name: 'nobody' }))]).toEqual([api, refused]);
  }
  const input = { username, password: PASSWORD, captcha: ANSWER, deviceId: 'browser' };
  const captcha = { type: 'IMAGE', deviceId: 'browser' } as const;
  await ask(gateway, op.CreateCaptchaDocument, { input: captcha });
  statements['graphql with a captcha'] = await statementsOf(() => ask(gateway, op.LoginDocument, { input }));
  for (let time = 0; time < 2; time += 1) {
    await sendCode('198.51.100.1');
    // The first code also proves the phone.
    statements.upgrade = await statementsOf(() => verifyCode('198.51.100.1', ANSWER));
    gateway.clock.advance(60_000);
  }
  const issuing = 2;
  expect(statements).toEqual({
    bms: 2,
    uims: 2,
    teacher: 2,
    console: issuing + 3,
    graphql: 2,
    'graphql with a captcha': 3,
    upgrade: 3,
  });
});

test('wrong passwords do not count at the code of the phone, nor wrong codes at its password', async () => {
  await sendCode('198.51.100.1');
  for (let i = 0; i < 10; i += 1) await verifyCode(`203.0.113.${i}`, '000000');
  for (let i = 0; i < 10; i += 1) {
    expect(await apis.graphql({ name: phone, address: `203.0.113.${i}` })).toBe('BAD_CREDENTIALS');
  }
  expect(await apis.graphql({ name: phone })).toBe('CAPTCHA_REQUIRED');
  expect((await verifyCode('198.51.100.1', ANSWER)).json()).toMatchObject({ meta: { status: 200 } });
});

test('an attacker gets the same answers for the two names of a person as for unknown names', async () => {
  const answersFor = async (names: readonly string[]) => {
    const answers = [];
    for (const name of names) {
      for (let i = 0; i < 12; i += 1) answers.push(await apis.graphql({ name, address: `192.0.2.${i}` }));
      for (let i = 0; i < 2; i += 1) answers.push(await apis.bms({ name }));
    }
    return answers;
  };
  const known = await answersFor([username, phone]);
  expect(known).toEqual(await answersFor([`nobody ${people}`, String(13_900_000_000 + people)]));
  expect(known.slice(9, 12)).toEqual(['BAD_CREDENTIALS', 'CAPTCHA_REQUIRED', 'CAPTCHA_REQUIRED']);
});

test('an attacker who solves every captcha gets a hundred attempts an hour, and the owner signs in', async () => {
  const owner = { name: username, password: PASSWORD, address: '198.51.100.1', deviceId: 'own' };
  expect(await apis.console(owner)).toBe('in');
  const attempts = Array.from({ length: 130 }, (_, i) =>
    apis.console({ name: username, address: `203.0.113.${i}`, deviceId: `theirs ${i}` }),
  );
  const answers = await Promise.all(attempts);
  expect(answers.filter((answer) => answer === CONSOLE_WRONG)).toHaveLength(100);
  expect(answers.filter((answer) => answer === CONSOLE_THROTTLED)).toHaveLength(30);
  expect(await apis.console({ name: username, password: PASSWORD })).toBe(CONSOLE_THROTTLED);
  // The account has taken its hundred: under its other name, even the right password is wrong.
  expect(await apis.console({ name: phone, password: PASSWORD })).toBe(CONSOLE_WRONG);
  for (const login of Object.values(apis)) {
    expect(await login({ ...owner, address: '198.51.100.77' })).toBe('in');
    expect(await login({ ...owner, deviceId: 'new' })).toBe('in');
    expect(await login({ ...owner, name: phone })).toBe('in');
  }
  await sendCode('198.51.100.50');
  expect((await verifyCode('198.51.100.50', ANSWER)).json()).toMatchObject({ meta: { status: 200 } });
});

test('beyond the budget, the answers to wrong passwords do not reveal the clients that an account knows', async () => {
  const own = { address: '198.51.100.1', deviceId: 'own' };
  expect(await apis.graphql({ ...own, name: username, password: PASSWORD })).toBe('in');
  for (const name of [username, `nobody ${people}`]) {
    for (let i = 0; i < 10; i += 1) await apis.graphql({ name, address: `203.0.113.${i}` });
    for (let i = 0; i < 12; i += 1) {
      expect(await apis.graphql({ ...own, name })).toBe('CAPTCHA_REQUIRED');
    }
  }
  // Its own ten failures are spent, so that it is limited like a stranger.
  expect(await apis.graphql({ ...own, name: username, password: PASSWORD })).toBe('CAPTCHA_REQUIRED');
});
