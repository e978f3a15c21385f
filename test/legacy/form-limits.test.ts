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
/** The message of a login with this body. */
async function login(type: string, payload: string): Promise<unknown> {
  const headers = { 'content-type': type };
  const answer = await gateway.app.inject({ method: 'POST', url: '/api/background_login', payload, headers });
  return answer.json().message;
}

const pairs = `account=ada&passwd=${encodeURIComponent(PASSWORD)}`;
const fields = `${field('account', 'ada')}${field('passwd', PASSWORD)}`;
const MISSING = '账号为必填字段';
let RIGHT: unknown;
beforeAll(async () => {
  RIGHT = await login(URLENCODED, pairs);
});

test('a login by form is right', () => {
  expect(RIGHT).not.toBe(MISSING);
});

describe('of a form with more than any device sends, the rest is not read', () => {
  test('the thousandth pair counts, and the next one does not', async () => {
    expect(await login(URLENCODED, `${'a&'.repeat(998)}${pairs}`)).toBe(RIGHT);
    expect(await login(URLENCODED, `${'a&'.repeat(1000)}${pairs}`)).toBe(MISSING);
    expect(await login(URLENCODED, `${pairs}${'&a'.repeat(500_000)}`)).toBe(RIGHT);
  });

  test('the two hundredth part counts, and the next one does not', async () => {
    expect(await login(MULTIPART, `${'--x\r\n\r\n\r\n'.repeat(198)}${fields}--x--\r\n`)).toBe(RIGHT);
    expect(
      await login(MULTIPART, `${'--x\r\n\r\n\r\n'.repeat(198)}${fields}${'--x\r\n'.repeat(5)}--x--`),
    ).toBe(RIGHT);
    expect(await login(MULTIPART, `${'--x\r\n\r\n\r\n'.repeat(200)}${fields}--x--\r\n`)).toBe(MISSING);
  });

  test('nor is what is wrong with it seen', async () => {
    expect(await login(MULTIPART, `${fields}${'--x\r\n'.repeat(190_000)}`)).toBe(RIGHT);
    expect(await login(MULTIPART, `${fields}${'--x\r\n'.repeat(10)}`)).not.toBe(RIGHT);
  });
});

describe('a form of several pieces is read whole', () => {
  test.each([16_383, 16_384, 100_000, 900_000])('with a field of %d bytes', async (length) => {
    expect(await login(MULTIPART, `${field('other', 'x'.repeat(length))}${fields}--x--\r\n`)).toBe(RIGHT);
  });

  test('and with a file that is passed over', async () => {
    const file = `--x\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n${'x'.repeat(500_000)}\r\n`;
    expect(await login(MULTIPART, `${file}${fields}--x--\r\n`)).toBe(RIGHT);
  });
});
