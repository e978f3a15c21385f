import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Release } from '../../src/releases/release.entity.js';
import { Session } from '../../src/sessions/session.entity.js';
import { User } from '../../src/users/user.entity.js';
import { sendRaw } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { pathSpellings } from '../support/inputs/hostile-requests.js';
import { PASSWORD } from '../support/password.js';

const deviceId = 'device 1';

let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'ada', phone: '13800000001', password: PASSWORD });
  host = await gateway.listen();
});
afterAll(() => gateway.close());

/** Requests that their path must refuse, and that would do harm if it did not. */
const unauthorized: Readonly<Record<string, object>> = {
  '/login/account': { username: 'ada', password: PASSWORD, captcha: 'none', deviceId },
  '/login/mobile': { mobile: '13800000001', captcha: '000000', deviceId },
  '/api/user/verifyCode': { account: '13800000001', code: '000000' },
  '/api/user/updatePassword': { password: PASSWORD, passwordTwo: PASSWORD, passwordNew: 'stolen staple' },
  '/api/user/updateAccount': { name: 'stolen' },
  '/api/upgrade/upload': { version: '1' },
  '/api/heart/check': { deviceId },
};

/** Spellings that have made routers and proxies disagree about a path. */
const spellings: readonly ((path: string) => string)[] = [
  ...pathSpellings.map(({ of }) => of),
  (path) => path.replace('/', '/%2e/'),
  (path) => path.replace(/\/(?=[^/]+$)/, '/%2e%2e/'),
  (path) => path.replace(/\/(?=[^/]+$)/, ';a=b/'),
  (path) => path.replaceAll('/', '\\'),
  (path) => path.replace('o', '%6F').replace('a', '%61'),
  (path) => path.replace('o', '%256f'),
  (path) => `${path}//`,
  (path) => `${path}.json`,
  (path) => `${path}?deviceId=x&captcha=&captcha=none`,
  (path) => `${path}#`,
];

test.each(Object.entries(unauthorized))('no spelling of %s bypasses its checks', async (path, parameters) => {
  const body = Buffer.from(JSON.stringify(parameters));
  for (const method of ['POST', 'GET', 'PUT']) {
    for (const spell of spellings) {
      const line = `${method} ${spell(path)} HTTP/1.1`;
      const response = await sendRaw(host, line, ['content-type: application/json'], body);
      expect([line, response.body]).toEqual([
        line,
        expect.not.stringMatching(/"(code|status)":(0|20[01])\b|"success":true|accessToken/),
      ]);
    }
  }
  const em = gateway.services.db.em.fork();
  expect([
    await em.count(Session),
    await em.count(Release),
    await em.count(User, { name: 'stolen' }),
  ]).toEqual([0, 0, 0]);
});
