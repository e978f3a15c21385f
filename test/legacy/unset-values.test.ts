import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import bms from '../../src/legacy/bms/samples.json' with { type: 'json' };
import teacher from '../../src/legacy/teacher/samples.json' with { type: 'json' };
import uims from '../../src/legacy/uims/samples.json' with { type: 'json' };
import upgrade from '../../src/legacy/upgrade/samples.json' with { type: 'json' };
import { importUser } from '../support/fixtures.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const PHONE = '13800000002';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  const createdAt = new Date(gateway.clock.now);
  await importUser(gateway, { id: 71, username: 'bare', password: PASSWORD, createdAt });
  await importUser(gateway, { id: 72, phone: PHONE, password: PASSWORD, createdAt });
  const employee = { status: 'LEFT' };
  await importUser(gateway, { id: 73, username: 'left', password: PASSWORD, employee, createdAt });
});
afterAll(() => gateway.close());

/** The paths whose value has another type than in a documented answer. Null in a document may be anything. */
function mistyped(actual: unknown, documented: unknown, path = ''): string[] {
  if (documented === null) return [];
  if (typeof documented !== 'object') return typeof actual === typeof documented ? [] : [path];
  if (typeof actual !== 'object' || actual === null) return [path];
  const values = new Map(Object.entries(actual));
  return Object.entries(documented)
    .filter(([name]) => !Array.isArray(documented) || values.has(name))
    .flatMap(([name, value]) => mistyped(values.get(name), value, `${path}/${name}`));
}

const device = { device: 'mate60', version: '1' };
const answer = async (url: string, parameters: object, headers = {}) =>
  (await gateway.post(url, parameters, headers)).json();

describe.each(['bare', PHONE, 'left'])('without data, %s has values of the documented types', (name) => {
  test('at uims', async () => {
    const body = await answer('/api/background_login', { account: name, passwd: PASSWORD });
    expect(mistyped(body, uims['/api/background_login'].answers.success)).toEqual([]);
  });

  test('at bms', async () => {
    const body = await answer('/sys/login-phone', { username: name, password: PASSWORD, ...device });
    expect(mistyped(body, bms['/sys/login-phone'].answers.success)).toEqual([]);
  });

  test('at the teacher API and in a heartbeat', async () => {
    const body = await answer('/api/user/login', { phone: name, password: PASSWORD });
    expect(mistyped(body, teacher['/api/user/login'].answers.success)).toEqual([]);
    const beat = await answer('/api/heart/check', {}, { authorization: body.data.userToken });
    expect(mistyped(beat, upgrade['/api/heart/check'].answers.success)).toEqual([]);
    expect(beat.data.type).toBe(0);
  });
});

test('a new account has values of the documented types at the upgrade API', async () => {
  await answer('/api/user/sendCode', { account: '13800000003' });
  const code = await gateway.lastSms('13800000003');
  const body = await answer('/api/user/verifyCode', { account: '13800000003', code });
  expect(mistyped(body, upgrade['/api/user/verifyCode'].answers.success)).toEqual([]);
});
