import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { callerOf, openSession } from '../support/callers.js';
import { refusal } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
let users = 0;
let username: string;

beforeAll(async () => {
  gateway = await startGateway({ SESSIONS_PER_USER: '3' });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  username = `user-${++users}`;
  await gateway.createUser({ username, password: PASSWORD });
});

/** @returns the access token. */
const login = async (policy = bmsSessionPolicy) => {
  gateway.clock.advance(1000);
  return (await openSession(gateway, username, policy)).accessToken;
};
const isOpen = async (token: string) => (await gateway.services.sessions.authenticate(token)) !== null;
const areOpen = (tokens: readonly string[]) => Promise.all(tokens.map(isOpen));
const beat = async (token: string, clientId: string) => {
  const caller = await callerOf(gateway, token);
  return gateway.services.heartbeats.beat(caller, { clientId, name: null, clientVersion: null });
};

describe('a user with as many sessions as allowed', () => {
  test('has the one ended that was used least recently, whatever its API', async () => {
    const tokens = [await login(), await login(graphqlSessionPolicy), await login()];
    await isOpen(tokens[0] ?? '');
    await gateway.services.sessions.saveActivity();
    tokens.push(await login());
    expect(await areOpen(tokens)).toEqual([true, false, true, true]);
  });

  test('keeps the sessions of online devices until there are no others', async () => {
    const tokens = [await login(), await login(), await login()];
    const first = await beat(tokens[0] ?? '', 'first');
    const third = await beat(tokens[2] ?? '', 'third');
    tokens.push(await login(), await login());
    expect(await areOpen(tokens)).toEqual([true, false, true, false, true]);
    const { heartbeats } = gateway.services;
    expect([heartbeats.isOnline(first), heartbeats.isOnline(third)]).toEqual([true, true]);
    await beat(tokens[4] ?? '', 'fifth');
    tokens.push(await login());
    expect((await areOpen(tokens)).filter(Boolean)).toHaveLength(3);
    expect(await isOpen(tokens[5] ?? '')).toBe(true);
  });

  test('has neither more nor fewer after parallel logins', async () => {
    for (let round = 0; round < 5; round++) {
      const tokens = await Promise.all(Array.from({ length: 8 }, () => login()));
      expect((await areOpen(tokens)).filter(Boolean)).toHaveLength(3);
    }
  });

  test('does not count sessions that have ended', async () => {
    const tokens = [await login(), await login(), await login()];
    const { user, sessionId } = await callerOf(gateway, tokens[2] ?? '');
    await gateway.services.sessions.endings.revoke(user.id, sessionId);
    tokens.push(await login());
    expect(await areOpen(tokens)).toEqual([true, true, false, true]);
  });
});

test('a user may open 100 sessions in a minute, over all APIs', async () => {
  const open = (at: number) =>
    openSession(gateway, username, at % 2 ? bmsSessionPolicy : graphqlSessionPolicy).then(
      () => 'opened',
      ({ code }) => code,
    );
  const outcomes = await Promise.all(Array.from({ length: 103 }, (_, at) => open(at)));
  expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(100);
  const input = { username, password: PASSWORD };
  expect(await refusal(gateway, op.LoginDocument, { input })).toBe('THROTTLED');
  const query = new URLSearchParams({ username, password: PASSWORD, device: 'mate60', version: '101' });
  const response = await gateway.post(`/sys/login-phone?${query}`);
  expect(response.json()).toMatchObject({ status: 429, ok: false });
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
});
