import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Device } from '../../src/devices/device.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { teacherSessionPolicy } from '../../src/legacy/teacher/session-policy.js';
import { upgradeSessionPolicy } from '../../src/legacy/upgrade/session-policy.js';
import { User } from '../../src/users/user.entity.js';
import { openSession } from '../support/callers.js';
import { uploadForm } from '../support/clients/multipart.js';
import { sendRaw } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';
import { UPLOAD } from '../support/releases.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  for (const username of ['ada', 'bob']) {
    await gateway.createUser({ username, password: PASSWORD, roles: ['PUBLISHER'] });
  }
});
afterAll(() => gateway.close());

const tokenOf = async (username: string, policy = teacherSessionPolicy) =>
  (await openSession(gateway, username, policy)).accessToken;
const nameOf = async (username: string) =>
  (await gateway.services.db.em.fork().findOneOrFail(User, { username })).name;

const NEW_PASSWORD = 'an other battery';
const passwordChange = { password: PASSWORD, passwordTwo: PASSWORD, passwordNew: NEW_PASSWORD };
const logIn = async (account: string, passwd: string) =>
  (await gateway.post('/api/background_login', { account, passwd })).json().message;

/** What JavaScript, Java and other clients send where they have no token. */
const absent = ['Bearer undefined', 'Bearer null', 'Bearer ', 'undefined', 'null', ''];

describe('userToken of the teacher API', () => {
  test.each(absent)('is read beside the Authorization %j', async (authorization) => {
    const headers = { usertoken: await tokenOf('ada'), authorization };
    const answer = await gateway.post('/api/user/updateAccount', { name: 'Ada' }, headers);
    expect(answer.json()).toEqual({ code: 0, message: 'success' });
  });

  test('takes precedence over the Authorization and the token of another person', async () => {
    const other = await tokenOf('bob', graphqlSessionPolicy);
    const headers = { authorization: `Bearer ${other}`, token: other, userToken: await tokenOf('ada') };
    await gateway.post('/api/user/updateAccount', { name: 'Countess' }, headers);
    expect([await nameOf('ada'), await nameOf('bob')]).toEqual(['Countess', null]);

    expect((await gateway.post('/api/user/updatePassword', passwordChange, headers)).json().code).toBe(0);
    expect(await logIn('bob', PASSWORD)).toBe('success');
    expect(await logIn('ada', NEW_PASSWORD)).toBe('success');
  });

  test('is not replaced by another header if it has expired', async () => {
    const headers = { userToken: 'expired', authorization: await tokenOf('bob') };
    const answer = await gateway.post('/api/user/updateAccount', { name: 'stolen' }, headers);
    expect([answer.json().code, await nameOf('bob')]).toEqual([200012, null]);
  });

  test('is missing if every header is without a token', async () => {
    for (const value of absent) {
      const headers = { userToken: value, token: value, authorization: value };
      expect((await gateway.post('/api/user/updateAccount', {}, headers)).json().code).toBe(200011);
    }
  });

  test('is read in any case, and once where it is repeated', async () => {
    const host = await gateway.listen();
    const token = await tokenOf('ada');
    const send = (...headers: string[]) =>
      sendRaw(host, 'POST /api/user/updateAccount HTTP/1.1', headers, Buffer.from('{}'));
    for (const headers of [
      [`USERTOKEN: ${token}`],
      [`userToken: ${token}`, `userToken: ${token}`],
      ['userToken: undefined', `userToken: ${token}`],
      [`userToken: Bearer ${token}`],
    ]) {
      expect(JSON.parse((await send(...headers)).body)).toEqual({ code: 0, message: 'success' });
    }
  });
});

describe('Authorization of the upgrade API', () => {
  test('takes precedence over userToken and token', async () => {
    const headers = {
      authorization: await tokenOf('ada', upgradeSessionPolicy),
      token: await tokenOf('bob'),
      userToken: await tokenOf('bob'),
    };
    const beat = await gateway.post('/api/heart/check', {}, { ...headers, 'x-device-id': 'precedence' });
    expect(beat.json().data.username).toBe('ada');
    const device = await gateway.services.db.em
      .fork()
      .findOneOrFail(Device, { clientId: 'precedence' }, { populate: ['user'] });
    expect(device.user.username).toBe('ada');
  });

  test.each(absent)('%j leaves the other headers to be read', async (authorization) => {
    const userToken = await tokenOf('bob');
    expect((await gateway.post('/api/heart/check', {}, { authorization, userToken })).statusCode).toBe(201);
    const { headers, payload } = uploadForm([['version', '']]);
    const upload = await gateway.app.inject({
      method: 'POST',
      url: UPLOAD,
      payload,
      headers: { ...headers, authorization, userToken },
    });
    expect(upload.json().meta.msg).toBe('版本号不能为空');
    const query = { query: '{ me { login } }' };
    const graphql = await gateway.post('/graphql', query, { authorization, userToken });
    expect(graphql.json()).toEqual({ data: { me: { login: 'bob' } } });
  });

  test('is missing if every header is without a token', async () => {
    for (const value of absent) {
      const headers = { userToken: value, token: value, authorization: value };
      expect((await gateway.post('/api/heart/check', {}, headers)).statusCode).toBe(401);
      const graphql = await gateway.post('/graphql', { query: '{ __typename }' }, headers);
      expect(graphql.json()).toEqual({ data: { __typename: 'Query' } });
    }
  });
});
