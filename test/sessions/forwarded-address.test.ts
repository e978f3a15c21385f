import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { Session } from '../../src/sessions/session.entity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
afterEach(() => gateway.close());

let attempts = 0;
/** A failed login through a legacy API, with another name each time. */
async function failLogin(forwardedFor: string): Promise<'attempted' | 'throttled'> {
  attempts += 1;
  const name = `nobody ${attempts}`;
  const headers = {
    'x-forwarded-for': forwardedFor,
    'x-real-ip': forwardedFor,
    forwarded: `for=${forwardedFor}`,
  };
  const requests = [
    ['/sys/login-phone', { phone: name, password: 'wrong!', device: 'x', version: '1' }],
    ['/api/background_login', { account: name, passwd: 'wrong!' }],
    ['/api/user/login', { phone: name, password: 'wrong!' }],
  ] as const;
  const [url, body] = requests[attempts % requests.length] ?? requests[0];
  const { headers: answered } = await gateway.post(url, body, headers);
  return answered['retry-after'] === undefined ? 'attempted' : 'throttled';
}
async function failLoginFrom(addresses: readonly string[]): Promise<string[]> {
  const outcomes: string[] = [];
  for (const address of addresses) outcomes.push(await failLogin(address));
  return outcomes;
}
/** The error code of a failed GraphQL login, which asks for a captcha instead of a delay. */
async function failGraphqlLogin(forwardedFor: string): Promise<string> {
  attempts += 1;
  const query = `mutation { login(input: {username: "nobody ${attempts}", password: "wrong!"}) { expiresAt } }`;
  const answer = await gateway.post('/graphql', { query }, { 'x-forwarded-for': forwardedFor });
  return answer.json().errors[0].extensions.code;
}
const many = (address: (i: number) => string) => Array.from({ length: 52 }, (_, i) => address(i));

describe('failed logins count against', () => {
  test('the peer address, whatever X-Forwarded-For says, when no proxy is trusted', async () => {
    gateway = await startGateway();
    const outcomes = await failLoginFrom(many((i) => `198.51.100.${i}`));
    expect(outcomes.slice(0, 50)).not.toContain('throttled');
    expect(outcomes.at(-1)).toBe('throttled');
  });

  test('the address that the trusted proxy added, whatever precedes it', async () => {
    gateway = await startGateway({ TRUST_PROXY: 'loopback' });
    const outcomes = await failLoginFrom(many((i) => `198.51.100.${i}, 127.0.0.1, 203.0.113.9`));
    expect(outcomes.at(-1)).toBe('throttled');
    expect(await failLogin('203.0.113.9, 203.0.113.10')).toBe('attempted');
  });

  test('the /64 of an IPv6 address in any spelling', async () => {
    gateway = await startGateway({ TRUST_PROXY: 'loopback' });
    const outcomes = await failLoginFrom(
      many((i) => (i % 2 ? `2001:db8:0:7::${i}` : `2001:0DB8::7:${i}:0:0:1`)),
    );
    expect(outcomes.at(-1)).toBe('throttled');
    expect(await failLogin('2001:db8:0:8::1')).toBe('attempted');
  });

  test.each<[name: string, address: (i: number) => string, same: string, another: string]>([
    ['IPv4', (i) => `203.0.113.9:${4000 + i}`, '203.0.113.9', '203.0.113.10'],
    ['IPv6', (i) => `[2001:db8:0:7::${i}]:${4000 + i}`, '2001:db8:0:7::1', '[2001:db8:0:8::1]'],
    [
      'IPv4 after other addresses',
      (i) => `198.51.100.${i}:1, 127.0.0.1:${i}, 203.0.113.9:${i}`,
      '203.0.113.9',
      '::1:1',
    ],
    ['malformed addresses', (i) => `garbage ${i}`, 'unknown', '203.0.113.9'],
  ])(
    'the address without the port that the trusted proxy adds: %s',
    async (_name, address, same, another) => {
      gateway = await startGateway({ TRUST_PROXY: 'loopback' });
      const outcomes: string[] = [];
      for (const forwardedFor of many(address)) outcomes.push(await failGraphqlLogin(forwardedFor));
      expect(new Set(outcomes.slice(0, 50))).toEqual(new Set(['BAD_CREDENTIALS']));
      expect(outcomes.at(-1)).toBe('CAPTCHA_REQUIRED');
      expect(await failGraphqlLogin(same)).toBe('CAPTCHA_REQUIRED');
      expect(await failGraphqlLogin(another)).toBe('BAD_CREDENTIALS');
    },
  );
});

test('sessions and logs show the address without the port that a trusted proxy adds', async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback' });
  await gateway.createUser({ username: 'ada', password: PASSWORD });
  const body = { phone: 'ada', password: PASSWORD, device: 'x', version: '1' };
  for (const address of ['198.51.100.1:4711', '[2001:db8::1]:4711'])
    await gateway.post('/sys/login-phone', body, { 'x-forwarded-for': address });
  const sessions = await gateway.services.db.em.fork().find(Session, {});
  expect(sessions.map(({ address }) => address).sort()).toEqual(['198.51.100.1', '2001:db8::1']);
  expect(gateway.logged()).toContain('"ip":"198.51.100.1"');
});

test('the socket limit counts the address without the port that a trusted proxy adds', async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback', LIVE_SOCKETS_PER_ADDRESS: '1' });
  const url = `ws://${await gateway.listen()}/graphql`;
  const open = (forwardedFor: string) =>
    new WebSocket(url, 'graphql-transport-ws', { headers: { 'x-forwarded-for': forwardedFor } });
  const [first, elsewhere] = [open('198.51.100.1:4711'), open('198.51.100.2:4711')];
  await Promise.all([once(first, 'open'), once(elsewhere, 'open')]);
  const [code] = await once(open('198.51.100.1:4712'), 'close');
  expect(code).toBe(4429);
  first.terminate();
  elsewhere.terminate();
});

test('sessions show the peer address rather than an untrusted X-Forwarded-For', async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'ada', password: PASSWORD });
  const body = { phone: 'ada', password: PASSWORD, device: 'x', version: '1' };
  await gateway.post('/sys/login-phone', body, { 'x-forwarded-for': '198.51.100.1' });
  const [session] = await gateway.services.db.em.fork().find(Session, {});
  expect(session?.address).toBe('127.0.0.1');
});
