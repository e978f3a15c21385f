import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'ada', password: PASSWORD });
});
afterAll(() => gateway.close());

const URLENCODED = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data; boundary=x';
const field = (name: string, value: string) =>
  `--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
/** Logs in with this body. @returns the message of the response. */
async function login(type: string, payload: string): Promise<unknown> {
  const headers = { 'content-type': type };
  const response = await gateway.app.inject({
    method: 'POST',
    url: '/api/background_login',
    payload,
    headers,
  });
  return response.json().message;
}

const urlencoded = `account=ada&passwd=${encodeURIComponent(PASSWORD)}`;
const multipart = `${field('account', 'ada')}${field('passwd', PASSWORD)}`;
const MISSING = '账号为必填字段';
const SUCCESS = 'success';

describe('the rest of a form past a limit is ignored', () => {
  test('after 1,000 pairs of an urlencoded form', async () => {
    expect(await login(URLENCODED, `${'a&'.repeat(998)}${urlencoded}`)).toBe(SUCCESS);
    expect(await login(URLENCODED, `${'a&'.repeat(1000)}${urlencoded}`)).toBe(MISSING);
    expect(await login(URLENCODED, `${urlencoded}${'&a'.repeat(500_000)}`)).toBe(SUCCESS);
  });

  test('after 200 parts of a multipart form', async () => {
    expect(await login(MULTIPART, `${'--x\r\n\r\n\r\n'.repeat(198)}${multipart}--x--\r\n`)).toBe(SUCCESS);
    expect(
      await login(MULTIPART, `${'--x\r\n\r\n\r\n'.repeat(198)}${multipart}${'--x\r\n'.repeat(5)}--x--`),
    ).toBe(SUCCESS);
    expect(await login(MULTIPART, `${'--x\r\n\r\n\r\n'.repeat(200)}${multipart}--x--\r\n`)).toBe(MISSING);
  });

  test('even if it is malformed', async () => {
    expect(await login(MULTIPART, `${multipart}${'--x\r\n'.repeat(190_000)}`)).toBe(SUCCESS);
    expect(await login(MULTIPART, `${multipart}${'--x\r\n'.repeat(10)}`)).not.toBe(SUCCESS);
  });
});

describe('a form of several chunks is read completely', () => {
  test.each([16_383, 16_384, 100_000, 900_000])('with a field of %d bytes', async (length) => {
    expect(await login(MULTIPART, `${field('other', 'x'.repeat(length))}${multipart}--x--\r\n`)).toBe(
      SUCCESS,
    );
  });

  test('with a file that is skipped', async () => {
    const file = `--x\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n${'x'.repeat(500_000)}\r\n`;
    expect(await login(MULTIPART, `${file}${multipart}--x--\r\n`)).toBe(SUCCESS);
  });
});
