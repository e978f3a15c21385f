import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { MemoryLimiters } from '../../src/adapters/rate-limits/memory.js';
import { DomainError } from '../../src/errors.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { PasswordGuard } from '../../src/logins/password-guard.js';
import { PasswordVerifier } from '../../src/logins/password-verifier.js';
import { type Attempt, LoginThrottle } from '../../src/rate-limits/login-throttle.js';
import { KnownClients } from '../../src/sessions/known-clients.js';
import { User, UserStatus } from '../../src/users/user.entity.js';
import { openSession } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const MIN_FAILURE_MS = 300;
const own = { address: '198.51.100.1', deviceId: 'own', version: null, model: null };
const stranger = { address: '203.0.113.1', deviceId: 'theirs', version: null, model: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let created = 0;
let username: string;
let userId: number;
let guard: PasswordGuard;
let throttle: LoginThrottle;
beforeEach(async () => {
  created += 1;
  username = `person ${created}`;
  ({ id: userId } = await gateway.createUser({ username, password: PASSWORD }));
  const { db, clock, users } = gateway.services;
  await openSession(gateway, username, graphqlSessionPolicy, own);
  throttle = new LoginThrottle(new MemoryLimiters());
  const verifier = new PasswordVerifier(db, users, MIN_FAILURE_MS);
  guard = new PasswordGuard(throttle, verifier, new KnownClients(db, clock));
});

/** Fails a number of times, each from another address. */
const spend = (times: number, attempt: Partial<Attempt> = {}) =>
  Promise.allSettled(
    Array.from({ length: times }, (_, i) =>
      throttle.attempt(
        { name: username, userId, address: `192.0.2.${i}`, captcha: 'solved', ...attempt },
        async () => {
          throw new DomainError('PASSWORD_WRONG', 'The password is wrong.');
        },
      ),
    ),
  );
/** @returns the code, and how long it took in milliseconds. */
async function enter(client: typeof own, password: string, attempt: Partial<Attempt> = {}) {
  const { address } = client;
  const start = performance.now();
  const user = attempt.userId === null ? null : await gateway.services.users.get(userId);
  const code = await guard
    .verify(
      { user, takesPassword: true, foundMs: performance.now() - start },
      { name: username, userId, address, captcha: 'possible', ...attempt },
      password,
      client,
    )
    .then(
      ({ user }) => user.id,
      (error) => error.code,
    );
  return { code, ms: performance.now() - start };
}

test('refuses a known client with a wrong password like a stranger, in the same time', async () => {
  await spend(10);
  for (const [client, attempt] of [
    [own, {}],
    [stranger, {}],
    [own, { name: 'nobody', userId: null }],
  ] as const) {
    if (attempt.name) await spend(10, attempt);
    const { code, ms } = await enter(client, 'wrong', attempt);
    expect(code).toBe('CAPTCHA_REQUIRED');
    // Timers may fire a little early.
    expect(ms).toBeGreaterThanOrEqual(MIN_FAILURE_MS - 5);
  }
  expect((await enter(own, PASSWORD)).code).toBe(userId);
});

test('rejects the right password of a stranger like a wrong one once the account has taken its hundred', async () => {
  await spend(100, { name: 'their other name' });
  for (const password of [PASSWORD, 'wrong']) {
    const { code, ms } = await enter(stranger, password);
    expect(code).toBe('PASSWORD_WRONG');
    expect(ms).toBeGreaterThanOrEqual(MIN_FAILURE_MS - 5);
  }
  expect((await enter(own, PASSWORD)).code).toBe(userId);
});

test('reports a disabled account also when the account has taken its hundred', async () => {
  await spend(100, { name: 'their other name' });
  await gateway.services.db.em.fork().nativeUpdate(User, { id: userId }, { status: UserStatus.DISABLED });
  for (const client of [own, stranger]) {
    expect((await enter(client, PASSWORD)).code).toBe('ACCOUNT_DISABLED');
  }
});
