import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { InjectOptions } from 'fastify';
import { User } from '../../src/users/user.entity.js';
import { rawForm } from '../support/clients/multipart.js';
import { sendRaw } from '../support/clients/raw-http.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
let host: string;
let userToken: string;
beforeAll(async () => {
  gateway = await startGateway({ CAPTCHA_FIXED_CODE: '5694' });
  await gateway.createUser({
    username: 'ada',
    phone: '13800000001',
    password: PASSWORD,
    roles: ['PUBLISHER'],
  });
  const login = await gateway.post('/api/user/login', { phone: '13800000001', password: PASSWORD });
  ({ userToken } = login.json().data);
  host = await gateway.listen();
});
afterAll(() => gateway.close());

const JSON_TYPE = 'application/json';
const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=x';
const GBK = Buffer.from('c0eec7bf', 'hex');

/** A form with a field in GBK. @param header of the part, besides the name of the field. */
const gbkForm = (name: string, header = '') =>
  rawForm([`name="${name}"${header}`, GBK.toString('latin1')]).payload;

const json = (name: string, value: Buffer) =>
  Buffer.concat([Buffer.from(`{"${name}":"`), value, Buffer.from('"}')]);
const form = (name: string, value: Buffer) => Buffer.concat([Buffer.from(`${name}=`), value]);

const inject = (url: string, options: InjectOptions) =>
  gateway.app.inject({ method: 'POST', url, ...options });
const send = (url: string, type: string, payload: Buffer | string) =>
  inject(url, { payload, headers: { 'content-type': type, userToken } });

async function storedName(): Promise<string | null> {
  const { name } = await gateway.services.db.em.fork().findOneOrFail(User, { username: 'ada' });
  return name;
}

describe('a name is stored as it was written', () => {
  test.each([
    ['JSON in GBK', `${JSON_TYPE};charset=GBK`, json('name', GBK), '李强'],
    ['JSON in GB2312', `${JSON_TYPE}; charset="gb2312"`, json('name', GBK), '李强'],
    ['JSON in GB18030', `${JSON_TYPE}; charset=gb18030`, json('name', Buffer.from('9439fc36', 'hex')), '😀'],
    ['JSON in Big5', `${JSON_TYPE}; charset=Big5`, json('name', Buffer.from('a7f5b16a', 'hex')), '李強'],
    ['JSON in ISO-8859-1', `${JSON_TYPE}; charset=iso-8859-1`, json('name', Buffer.from('é', 'latin1')), 'é'],
    ['JSON in plain text in GBK', 'text/plain; charset=gbk', json('name', GBK), '李强'],
    ['JSON in UTF-8 without a charset', JSON_TYPE, json('name', Buffer.from('李强\uFFFD')), '李强\uFFFD'],
    ['a form in GBK', `${FORM}; charset=gbk`, form('name', GBK), '李强'],
    ['an escaped form in GBK', `${FORM}; charset=gbk`, 'name=%C0%EE%C7%BF', '李强'],
    ['a multipart form in GBK', `${MULTIPART}; charset=gbk`, gbkForm('name'), '李强'],
    ['a field in GBK', MULTIPART, gbkForm('name', '\r\nContent-Type: text/plain; charset=GBK'), '李强'],
    ['an escaped form in UTF-8', FORM, 'name=%E6%9D%8E%E5%BC%BA', '李强'],
  ])('from %s', async (_source, type, payload, name) => {
    const response = await send('/api/user/updateAccount', type, payload);
    expect(response.json().code).toBe(0);
    expect(await storedName()).toBe(name);
  });
});

describe('every API refuses text that it cannot read', () => {
  const INVALID_BYTES = '字符编码不正确：';
  const UTF_16 = '不支持的字符集：utf-16le';
  const uims = (message: string) => ({ code: 1, message, body: null });
  const console = (msg: string) => ({ code: 400, msg, data: null, success: false });
  const bms = (msg: string) => ({ status: 400, msg, data: null, ok: false });
  const upgrade = (msg: string) => ({ data: null, meta: { msg, status: 400 } });
  const teacher = () => ({ code: 200002, message: '参数错误' });
  const paths: [url: string, parameter: string, fail: (message: string) => object][] = [
    ['/api/background_login', 'account', uims],
    ['/validate/code/', 'deviceId', console],
    ['/login/account', 'password', console],
    ['/login/mobile', 'captcha', console],
    ['/sys/login-phone', 'password', bms],
    ['/api/user/sendCode', 'account', upgrade],
    ['/api/user/verifyCode', 'code', upgrade],
    ['/api/user/register', 'password', teacher],
    ['/api/user/login', 'password', teacher],
    ['/api/user/updateAccount', 'name', teacher],
    ['/api/user/updatePassword', 'passwordNew', teacher],
  ];

  test.each(paths)('%s', async (url, parameter, fail) => {
    const inBody = fail(`${INVALID_BYTES}body`);
    const inParameter = fail(`${INVALID_BYTES}${parameter}`);
    const utf16 = Buffer.from(JSON.stringify({ [parameter]: 'x' }), 'utf16le');
    const bodyOf = async (response: ReturnType<typeof inject>) => (await response).json();
    expect(await bodyOf(send(url, JSON_TYPE, json(parameter, GBK)))).toEqual(inBody);
    expect(await bodyOf(send(url, `${JSON_TYPE}; charset=utf-8`, json(parameter, GBK)))).toEqual(inBody);
    expect(await bodyOf(send(url, `${JSON_TYPE}; charset=utf-16le`, utf16))).toEqual(fail(UTF_16));
    expect(await bodyOf(send(url, JSON_TYPE, `{"${parameter}":"\\ud800"}`))).toEqual(inParameter);
    expect(await bodyOf(send(url, FORM, form(parameter, GBK)))).toEqual(inParameter);
    expect(await bodyOf(send(url, FORM, `${parameter}=%ff`))).toEqual(inParameter);
    expect(await bodyOf(send(url, `${FORM}; charset=utf-16le`, 'a=b'))).toEqual(fail(UTF_16));
    expect(await bodyOf(send(url, MULTIPART, gbkForm(parameter)))).toEqual(inParameter);
    expect(await bodyOf(send(url, `${MULTIPART}; charset=utf-16le`, gbkForm(parameter)))).toEqual(
      fail(UTF_16),
    );
    expect(
      await bodyOf(
        send(url, MULTIPART, gbkForm(parameter, '\r\nContent-Type: text/plain; charset=utf-16le')),
      ),
    ).toEqual(fail(UTF_16));
    expect(await bodyOf(send(url, MULTIPART, gbkForm('\xC0\xEE')))).toEqual(
      fail(`${INVALID_BYTES}Content-Disposition`),
    );
    expect(await bodyOf(inject(`${url}?${parameter}=%ff`, { headers: { userToken } }))).toEqual(inParameter);
  });
});

test('a password in GBK without a charset is neither stored nor accepted', async () => {
  const registration = Buffer.concat([
    Buffer.from('{"phone":"13800000002","password":"'),
    Buffer.concat([GBK, GBK, GBK]),
    Buffer.from('"}'),
  ]);
  expect((await send('/api/user/register', JSON_TYPE, registration)).json().code).toBe(200002);
  expect((await send('/api/user/register', `${JSON_TYPE};charset=gbk`, registration)).json().code).toBe(0);
  const login = (password: string) => gateway.post('/api/user/login', { phone: '13800000002', password });
  expect((await login('\uFFFD'.repeat(12))).json().code).toBe(200008);
  expect((await login('李强李强李强')).json().code).toBe(0);
});

describe('the header X-Device-Id', () => {
  const beat = (deviceId: Buffer) =>
    sendRaw(
      host,
      'POST /api/heart/check HTTP/1.1',
      [`x-device-id: ${deviceId.toString('latin1')}`, `authorization: ${userToken}`],
      Buffer.from(''),
    );

  test('is read as UTF-8', async () => {
    expect((await beat(Buffer.from('车间-1'))).status).toBe(201);
    await gateway.pass(1000);
    const [device] = await gateway.services.db.em
      .getConnection()
      .execute("SELECT client_id FROM devices WHERE client_id LIKE '车间%'");
    expect(device).toEqual({ client_id: '车间-1' });
  });

  test('is refused in another charset', async () => {
    const { status, body } = await beat(GBK);
    expect([status, JSON.parse(body)]).toEqual([
      400,
      { data: null, meta: { msg: '字符编码不正确：X-Device-Id', status: 400 } },
    ]);
  });
});
