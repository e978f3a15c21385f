import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { hash as argon2 } from '@node-rs/argon2';
import { PasswordVerifier } from '../../src/logins/password-verifier.js';
import { encodeLegacyHash, needsRehash, verification } from '../../src/users/passwords/password-hash.js';
import { User, UserStatus } from '../../src/users/user.entity.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let created = 0;
let username: string;
beforeEach(() => {
  created += 1;
  username = `person ${created}`;
});

const verify = async (userId: number | null, password: string, minFailureMs = 0) => {
  const { db, users } = gateway.services;
  const verifier = new PasswordVerifier(db, users, minFailureMs);
  const user = userId === null ? null : await users.get(userId);
  return verifier.verify({ user, takesPassword: true, foundMs: 0 }, password);
};
const storedHash = async (id: number) => (await gateway.services.users.get(id)).passwordHash ?? '';

/** A user whose password was imported as salted MD5. */
async function importedUser() {
  const { id } = await gateway.createUser({ username });
  const hash = createHash('md5').update(`salt${PASSWORD}`).digest('hex');
  const passwordHash = encodeLegacyHash({ scheme: 'md5-salt-first', salt: 'salt', hash });
  await gateway.services.db.em.fork().nativeUpdate(User, { id }, { passwordHash });
  return { id, passwordHash };
}

test('reports a disabled account before it compares the password', async () => {
  const { id } = await gateway.createUser({ username, password: PASSWORD, status: UserStatus.DISABLED });
  for (const password of [PASSWORD, 'wrong']) {
    await expect(verify(id, password)).rejects.toMatchObject({ code: 'ACCOUNT_DISABLED' });
  }
});

test('accepts no password for an account without one', async () => {
  const { id } = await gateway.createUser({ username });
  for (const password of ['', 'null']) {
    await expect(verify(id, password)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  }
});

test('takes the same time for every failure, and does not delay a success', async () => {
  const minFailureMs = 500;
  const { id } = await gateway.createUser({ username, password: PASSWORD });
  const disabled = await gateway.createUser({
    username: `${username} disabled`,
    password: PASSWORD,
    status: UserStatus.DISABLED,
  });
  // Sequential, because the time in the queue does not count.
  for (const [userId, password] of [
    [null, 'wrong'],
    [id, 'wrong'],
    [disabled.id, PASSWORD],
  ] as const) {
    const start = performance.now();
    await expect(verify(userId, password, minFailureMs)).rejects.toMatchObject({ name: 'DomainError' });
    // Timers may fire a little early.
    expect(performance.now() - start).toBeGreaterThanOrEqual(minFailureMs - 5);
  }
  expect((await verify(id, PASSWORD, 3_600_000)).user.id).toBe(id);
});

test('replaces an imported hash by argon2id at the first correct password only', async () => {
  const { id, passwordHash } = await importedUser();
  await expect(verify(id, 'wrong')).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
  expect(await storedHash(id)).toBe(passwordHash);
  await verify(id, PASSWORD);
  expect(needsRehash(await storedHash(id))).toBe(false);
  await verify(id, PASSWORD);
});

test('replaces a hash of NFD, which earlier versions stored, at the first login with either form', async () => {
  const nfd = 'Zoë’s Möbelhaus'.normalize('NFD');
  for (const entered of [nfd, nfd.normalize('NFC')]) {
    const { id } = await gateway.createUser({ username: `${username} ${entered.length}` });
    const passwordHash = await argon2(nfd, { memoryCost: 19_456, timeCost: 2 });
    await gateway.services.db.em.fork().nativeUpdate(User, { id }, { passwordHash });
    await expect(verify(id, nfd.toLowerCase())).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await storedHash(id)).toBe(passwordHash);
    await verify(id, entered);
    expect(await verification(await storedHash(id), nfd.normalize('NFC'))).toMatchObject({
      matches: true,
      isOutdated: false,
    });
  }
});

test('returns the stored hash to parallel logins, although one of them replaced it', async () => {
  const { id } = await importedUser();
  const verified = await Promise.all([verify(id, PASSWORD), verify(id, PASSWORD), verify(id, PASSWORD)]);
  const stored = await storedHash(id);
  expect(verified.map(({ passwordHash }) => passwordHash)).toEqual([stored, stored, stored]);
});
