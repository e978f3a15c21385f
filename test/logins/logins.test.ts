import { createHash } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { DomainError } from '../../src/errors.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { Logins } from '../../src/logins/logins.js';
import { LoginThrottle } from '../../src/rate-limits/login-throttle.js';
import { encodeLegacyHash, hashPassword, needsRehash } from '../../src/users/password-hash.js';
import { User, UserStatus } from '../../src/users/user.entity.js';
import { importUser } from '../support/fixtures.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const client = { address: '192.0.2.1', deviceId: 'device 1', version: null, model: null };

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let phones = 13_700_000_000;
let phone: string;
beforeEach(() => {
  phones += 1;
  phone = String(phones);
});

const byPassword = (login: string, password = PASSWORD) =>
  gateway.services.logins.withPassword({ login, password, captcha: 'none' }, client, graphqlSessionPolicy);
const byCode = async ({ opensAccount = false, code = '', device = client } = {}) => {
  const proof = { mobile: phone, code: code || (await gateway.lastSms(phone)) };
  return gateway.services.logins.withPhone(proof, device, graphqlSessionPolicy, { opensAccount });
};
const sendCode = () => gateway.services.captchas.sendSms(phone, client.deviceId, client);
const stored = (id: number) => gateway.services.db.em.fork().findOneOrFail(User, { id });

describe('by password', () => {
  test('the name is good in any spelling, and so is the phone', async () => {
    const { id } = await gateway.createUser({ username: 'WRQ@8', phone, password: PASSWORD });
    for (const login of ['wrq@8', ' ＷＲＱ＠８', phone, `+86 ${phone}`]) {
      expect((await byPassword(login)).user.id).toBe(id);
    }
  });

  test.each(['', ' ', 'nobody', 'a\0b', '\ud800', 'x'.repeat(100_000)])(
    'nobody is called %j',
    async (login) => {
      await expect(byPassword(login)).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
    },
  );

  test('all names of a person share one budget of failures', async () => {
    await gateway.createUser({ username: `both ${phone}`, phone, password: PASSWORD });
    const login = (name: string, password: string) =>
      gateway.services.logins.withPassword(
        { login: name, password, captcha: 'possible' },
        client,
        graphqlSessionPolicy,
      );
    for (const name of [`both ${phone}`, phone]) {
      for (let i = 0; i < 5; i += 1) {
        await expect(login(name, 'wrong')).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
      }
    }
    for (const name of [`both ${phone}`, phone]) {
      await expect(login(name, PASSWORD)).rejects.toMatchObject({ code: 'CAPTCHA_REQUIRED' });
    }
  });

  test('a name that nobody has draws on nobody else, whatever it looks like', async () => {
    const { id } = await gateway.createUser({ phone, password: PASSWORD });
    for (let i = 0; i < 10; i += 1) await byPassword(`user:${id}`).catch(() => null);
    const owner = { login: phone, password: PASSWORD, captcha: 'possible' } as const;
    await gateway.services.logins.withPassword(owner, client, graphqlSessionPolicy);
  });

  test('two at once with an imported hash both get in, though one of them replaces it', async () => {
    const { id } = await gateway.createUser({ phone });
    const hash = createHash('md5').update(`salt${PASSWORD}`).digest('hex');
    const passwordHash = encodeLegacyHash({ scheme: 'md5-salt-first', salt: 'salt', hash });
    await gateway.services.db.em.fork().nativeUpdate(User, { id }, { passwordHash });
    const opened = await Promise.all([byPassword(phone), byPassword(phone), byPassword(phone)]);
    for (const { accessToken } of opened) {
      expect(await gateway.services.sessions.authenticate(accessToken)).not.toBeNull();
    }
  });

  test('a password that changed since it was verified opens nothing', async () => {
    const { id } = await gateway.createUser({ phone, password: PASSWORD });
    const em = gateway.services.db.em.fork();
    const user = await gateway.services.users.get(id, em);
    const proof = { passwordHash: user.passwordHash ?? '' };
    await gateway.services.db.em
      .fork()
      .nativeUpdate(User, { id }, { passwordHash: await hashPassword('new') });
    await expect(
      gateway.services.sessions.open(em, user, client, graphqlSessionPolicy, { proof }),
    ).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect(await gateway.services.sessions.listActive(id)).toEqual([]);
  });

  test('a failed login takes the same whatever kind of hash there is; a right one does not wait', async () => {
    const floor = 500;
    const { db, users, sessions, captchas, scanTickets, clock } = gateway.services;
    const logins = new Logins(db, users, sessions, captchas, scanTickets, new LoginThrottle(), clock, floor);
    const { id } = await gateway.createUser({ phone, password: PASSWORD });
    await gateway.createUser({ username: `off ${phone}`, password: PASSWORD, status: UserStatus.DISABLED });
    const took = async (login: string, password: string) => {
      const start = performance.now();
      await logins
        .withPassword({ login, password, captcha: 'none' }, client, graphqlSessionPolicy)
        .catch((error: DomainError) => expect(error).toBeInstanceOf(DomainError));
      return performance.now() - start;
    };
    // One after the other, so that none of them waits for its turn.
    for (const [login, password] of [
      ['nobody', 'wrong'],
      [phone, 'wrong'],
      [`off ${phone}`, PASSWORD],
    ] as const) {
      expect(await took(login, password)).toBeGreaterThanOrEqual(floor - 5);
    }
    const patient = new Logins(
      db,
      users,
      sessions,
      captchas,
      scanTickets,
      new LoginThrottle(),
      clock,
      3_600_000,
    );
    const right = { login: phone, password: PASSWORD, captcha: 'none' } as const;
    expect((await patient.withPassword(right, client, graphqlSessionPolicy)).user.id).toBe(id);
  });

  test('a disabled account is named as such before its password is judged', async () => {
    await gateway.createUser({ phone, password: PASSWORD, status: UserStatus.DISABLED });
    for (const password of [PASSWORD, 'wrong']) {
      await expect(byPassword(phone, password)).rejects.toMatchObject({ code: 'ACCOUNT_DISABLED' });
    }
  });

  test('an account without a password has no right one', async () => {
    await gateway.createUser({ phone });
    for (const password of ['', 'null']) {
      await expect(byPassword(phone, password)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    }
  });

  test('an imported hash is replaced by argon2id at the first right login, and by nothing before', async () => {
    const { id } = await gateway.createUser({ phone });
    const hash = createHash('md5').update(`salt${PASSWORD}`).digest('hex');
    const passwordHash = encodeLegacyHash({ scheme: 'md5-salt-first', salt: 'salt', hash });
    await gateway.services.db.em.fork().nativeUpdate(User, { id }, { passwordHash });
    await expect(byPassword(phone, 'wrong')).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    expect((await stored(id)).passwordHash).toBe(passwordHash);
    await byPassword(phone);
    expect(needsRehash((await stored(id)).passwordHash ?? '')).toBe(false);
    await byPassword(phone);
  });
});

describe('by phone', () => {
  test('a code opens one session, also for two at once', async () => {
    await gateway.createUser({ phone });
    await sendCode();
    const code = await gateway.lastSms(phone);
    const outcomes = await Promise.allSettled([byCode({ code }), byCode({ code })]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('a number that nobody has gets an account only where the door says so', async () => {
    await sendCode();
    await expect(byCode()).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
    gateway.clock.advance(60_000);
    await sendCode();
    const { user } = await byCode({ opensAccount: true });
    expect(await stored(user.id)).toMatchObject({ phone: `86${phone}`, passwordHash: null });
    expect((await stored(user.id)).phoneVerifiedAt).not.toBeNull();
  });

  test('a login that fails after the code has spent it', async () => {
    await gateway.createUser({ phone, status: UserStatus.DISABLED });
    await sendCode();
    await expect(byCode()).rejects.toMatchObject({ code: 'ACCOUNT_DISABLED' });
    await expect(byCode()).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('the first proof ends what somebody left who only claimed the number: password and sessions', async () => {
    const { id } = await gateway.createUser({ phone, password: PASSWORD });
    const squatter = await byPassword(phone);
    await gateway.services.sessions.authenticate(squatter.accessToken);
    await sendCode();
    const owner = await byCode();
    expect(owner.user.id).toBe(id);
    expect(await gateway.services.sessions.authenticate(squatter.accessToken)).toBeNull();
    expect(await gateway.services.sessions.authenticate(owner.accessToken)).not.toBeNull();
    await expect(byPassword(phone)).rejects.toMatchObject({ code: 'PASSWORD_WRONG' });
    const audit = await gateway.services.db.em
      .fork()
      .find(AuditEntry, { actorId: id, action: 'user.phone-proven' });
    expect(audit).toHaveLength(1);
  });

  test('the first proof ends what they approved as well: a ticket redeems nothing any more', async () => {
    await gateway.createUser({ phone, password: PASSWORD });
    const squatter = await gateway.services.sessions.authenticate((await byPassword(phone)).accessToken);
    if (!squatter) throw new Error('Not signed in.');
    const screen = { ...client, deviceId: 'their screen' };
    const { ticket } = await gateway.services.scanTickets.issue(screen.deviceId, screen);
    await gateway.services.scanTickets.decide(ticket, squatter, true);
    await sendCode();
    await byCode();
    await expect(
      gateway.services.logins.withScan(ticket, screen, graphqlSessionPolicy),
    ).rejects.toMatchObject({
      code: 'CAPTCHA_EXPIRED',
    });
  });

  test('a later proof leaves the owner their password and sessions', async () => {
    const { id } = await gateway.createUser({ phone });
    await sendCode();
    const first = await byCode();
    const passwordHash = await hashPassword(PASSWORD);
    await gateway.services.db.em.fork().nativeUpdate(User, { id }, { passwordHash });
    gateway.clock.advance(60_000);
    await sendCode();
    await byCode();
    expect(await gateway.services.sessions.authenticate(first.accessToken)).not.toBeNull();
    await byPassword(phone);
  });

  test('an imported account counts as proven', async () => {
    await importUser(gateway, {
      id: 9001,
      phone,
      password: PASSWORD,
      createdAt: new Date(gateway.clock.now),
    });
    const session = await byPassword(phone);
    await sendCode();
    await byCode();
    expect(await gateway.services.sessions.authenticate(session.accessToken)).not.toBeNull();
    await byPassword(phone);
  });
});
