import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import WebSocket from 'ws';
import { Session } from '../../src/sessions/session.entity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
afterEach(() => gateway.close());

/** A wrong guess at some account by some door, always at another name. */
let guesses = 0;
async function guess(forwardedFor: string): Promise<string> {
  guesses += 1;
  const name = `nobody ${guesses}`;
  const headers = {
    'x-forwarded-for': forwardedFor,
    'x-real-ip': forwardedFor,
    forwarded: `for=${forwardedFor}`,
  };
  const doors = [
    ['/sys/login-phone', { phone: name, password: 'guess!', device: 'x', version: '1' }],
    ['/api/background_login', { account: name, passwd: 'guess!' }],
    ['/api/user/login', { phone: name, password: 'guess!' }],
  ] as const;
  const [url, body] = doors[guesses % doors.length] ?? doors[0];
  const { headers: answered } = await gateway.post(url, body, headers);
  return answered['retry-after'] === undefined ? 'looked at' : 'braked';
}
async function guessFrom(addresses: readonly string[]): Promise<string[]> {
  const told: string[] = [];
  for (const address of addresses) told.push(await guess(address));
  return told;
}
/** The code of a wrong guess by GraphQL, where a brake asks for a captcha: no time passes for it. */
async function guessByGraphql(forwardedFor: string): Promise<string> {
  guesses += 1;
  const query = `mutation { login(input: {username: "nobody ${guesses}", password: "guess!"}) { expiresAt } }`;
  const answer = await gateway.post('/graphql', { query }, { 'x-forwarded-for': forwardedFor });
  return answer.json().errors[0].extensions.code;
}
const many = (address: (i: number) => string) => Array.from({ length: 52 }, (_, i) => address(i));

describe('guesses count for the address they come from', () => {
  test('whatever X-Forwarded-For says, where no proxy is trusted', async () => {
    gateway = await startGateway();
    const told = await guessFrom(many((i) => `198.51.100.${i}`));
    expect(told.slice(0, 50)).not.toContain('braked');
    expect(told.at(-1)).toBe('braked');
  });

  test('whatever stands left of what the trusted proxy wrote', async () => {
    gateway = await startGateway({ TRUST_PROXY: 'loopback' });
    const told = await guessFrom(many((i) => `198.51.100.${i}, 127.0.0.1, 203.0.113.9`));
    expect(told.at(-1)).toBe('braked');
    expect(await guess('203.0.113.9, 203.0.113.10')).toBe('looked at');
  });

  test('and for its whole /64 where that is IPv6, in any spelling', async () => {
    gateway = await startGateway({ TRUST_PROXY: 'loopback' });
    const told = await guessFrom(many((i) => (i % 2 ? `2001:db8:0:7::${i}` : `2001:0DB8::7:${i}:0:0:1`)));
    expect(told.at(-1)).toBe('braked');
    expect(await guess('2001:db8:0:8::1')).toBe('looked at');
  });

  test.each<[what: string, address: (i: number) => string, same: string, another: string]>([
    ['of IPv4', (i) => `203.0.113.9:${4000 + i}`, '203.0.113.9', '203.0.113.10'],
    ['of IPv6', (i) => `[2001:db8:0:7::${i}]:${4000 + i}`, '2001:db8:0:7::1', '[2001:db8:0:8::1]'],
    ['after others', (i) => `198.51.100.${i}:1, 127.0.0.1:${i}, 203.0.113.9:${i}`, '203.0.113.9', '::1:1'],
    ['that are none', (i) => `garbage ${i}`, 'unknown', '203.0.113.9'],
  ])(
    'whatever port the trusted proxy writes with it: addresses %s',
    async (_what, address, same, another) => {
      gateway = await startGateway({ TRUST_PROXY: 'loopback' });
      const told: string[] = [];
      for (const forwardedFor of many(address)) told.push(await guessByGraphql(forwardedFor));
      expect(new Set(told.slice(0, 50))).toEqual(new Set(['BAD_CREDENTIALS']));
      expect(told.at(-1)).toBe('CAPTCHA_REQUIRED');
      expect(await guessByGraphql(same)).toBe('CAPTCHA_REQUIRED');
      expect(await guessByGraphql(another)).toBe('BAD_CREDENTIALS');
    },
  );
});

test('a session names the address without the port that a trusted proxy writes', async () => {
  gateway = await startGateway({ TRUST_PROXY: 'loopback' });
  await gateway.createUser({ username: 'ada', password: PASSWORD });
  const body = { phone: 'ada', password: PASSWORD, device: 'x', version: '1' };
  for (const address of ['198.51.100.1:4711', '[2001:db8::1]:4711'])
    await gateway.post('/sys/login-phone', body, { 'x-forwarded-for': address });
  const sessions = await gateway.services.db.em.fork().find(Session, {});
  expect(sessions.map(({ address }) => address).sort()).toEqual(['198.51.100.1', '2001:db8::1']);
  expect(gateway.logged()).toContain('"ip":"198.51.100.1"');
});

test('a socket counts for the address without the port that a trusted proxy writes', async () => {
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

test('a session names the address that it was opened from, not the one it claims', async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'ada', password: PASSWORD });
  const body = { phone: 'ada', password: PASSWORD, device: 'x', version: '1' };
  await gateway.post('/sys/login-phone', body, { 'x-forwarded-for': '198.51.100.1' });
  const [session] = await gateway.services.db.em.fork().find(Session, {});
  expect(session?.address).toBe('127.0.0.1');
});
