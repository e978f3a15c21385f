import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { TOTP } from 'otpauth';
import { z } from 'zod';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { Authenticator } from '../../src/factors/authenticator.entity.js';
import { Authenticators } from '../../src/factors/authenticators.js';
import { Enrollments } from '../../src/factors/enrollments.js';
import { SecretCipher } from '../../src/factors/secret-cipher.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { LoginChallenge } from '../../src/logins/login-challenge.entity.js';
import { PasskeyChallenges } from '../../src/passkeys/passkey-challenges.js';
import { PasskeyRegistrations } from '../../src/passkeys/passkey-registrations.js';
import { callerOf, openSession } from '../support/callers.js';
import { ask, type GraphqlAnswer, refusal, send } from '../support/clients/client.js';
import { connect, watch } from '../support/clients/live.js';
import { RawLive } from '../support/clients/raw-live.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const STEP_MS = 30_000;
const MINUTE = 60_000;

let gateway: TestGateway;
/** Another node on the same database. */
let otherNode: TestGateway;
let host: string;
beforeAll(async () => {
  gateway = await startGateway();
  otherNode = await startGateway({}, gateway);
  host = await gateway.listen();
});
afterAll(async () => {
  await otherNode.close();
  await gateway.close();
});

let created = 0;
let username: string;
let phone: string;
let id: number;
/** A session of the account. */
let token: string;
beforeEach(async () => {
  created += 1;
  username = `person ${created}`;
  phone = String(13_600_000_000 + created);
  id = (await gateway.createUser({ username, phone, phoneVerified: true, password: PASSWORD })).id;
  token = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
});

interface Enrolled {
  readonly secret: string;
  readonly recoveryCodes: readonly string[];
}

/** The code that an app shows some steps from now. */
const code = (secret: string, steps = 0) =>
  new TOTP({ secret }).generate({ timestamp: gateway.clock.now + steps * STEP_MS });

async function enroll(): Promise<Enrolled> {
  const { startTotpEnrollment } = await ask(gateway, op.StartTotpEnrollmentDocument, { input: {} }, token);
  const { secret } = startTotpEnrollment;
  const input = { code: code(secret) };
  const { confirmTotpEnrollment } = await ask(gateway, op.ConfirmTotpEnrollmentDocument, { input }, token);
  gateway.clock.advance(STEP_MS);
  return { secret, recoveryCodes: confirmTotpEnrollment.recoveryCodes ?? [] };
}

const sentChallenge = (errors: GraphqlAnswer<unknown>['errors']): string =>
  z.object({ token: z.string() }).parse(errors?.[0]?.extensions.challenge).token;

/** Signs in as far as the challenge. */
async function challenge(password = PASSWORD): Promise<string> {
  const { errors } = await send(gateway, op.LoginDocument, { input: { username, password } });
  expect(errors?.[0]?.extensions.code).toBe('SECOND_FACTOR_REQUIRED');
  return sentChallenge(errors);
}
type Proof = { totpCode: string } | { recoveryCode: string };
const complete = (challenge: string, proof: Proof) =>
  ask(gateway, op.CompleteLoginDocument, { input: { challenge, ...proof } });
const refused = (challenge: string, proof: Proof) =>
  refusal(gateway, op.CompleteLoginDocument, { input: { challenge, ...proof } });
const outcomes = async (attempts: readonly Promise<string | undefined>[]) =>
  (await Promise.all(attempts)).map((outcome) => outcome ?? 'signed in').sort();
const details = async (action: AuditEntry['action']) =>
  (await gateway.services.db.em.fork().find(AuditEntry, { action, target: `user_${id}` })).map(
    ({ detail }) => detail,
  );

test('asks for the second factor at the next login', async () => {
  const { secret } = await enroll();
  const { errors } = await send(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
  expect(errors?.[0]?.extensions).toEqual({
    code: 'SECOND_FACTOR_REQUIRED',
    challenge: {
      token: expect.any(String),
      expiresAt: expect.any(String),
      methods: ['TOTP', 'RECOVERY_CODE'],
    },
  });
  const { completeLogin } = await complete(await challenge(), { totpCode: code(secret) });
  expect(completeLogin.user.username).toBe(username);
  expect(await details('user.factor-add')).toEqual(['TOTP']);
});

test('shows the factors of an account to its owner and to those who may read people', async () => {
  const { secret } = await enroll();
  gateway.clock.advance(MINUTE);
  await complete(await challenge(), { totpCode: code(secret) });
  const factors = async (viewer: string) =>
    (await ask(gateway, op.PersonFactorsDocument, { id: `user_${id}` }, viewer)).user?.secondFactors;
  const as = async (role: string) => {
    await gateway.createUser({ username: `${role} ${created}`, password: PASSWORD, roles: [role] });
    return (await openSession(gateway, `${role} ${created}`, graphqlSessionPolicy)).accessToken;
  };
  const shown = await factors(await as('VIEWER'));
  expect(shown).toMatchObject({ recoveryCodesLeft: 10, required: false, passkeys: [] });
  const lastUsedAt = new Date(Math.floor(gateway.clock.now / STEP_MS) * STEP_MS).toISOString();
  expect(shown?.authenticator?.lastUsedAt).toBe(lastUsedAt);
  expect(shown?.authenticator?.addedAt).toBe(shown?.since);
  const query = `{ node(id: "user_${id}") { ... on User { secondFactors { methods } } } }`;
  const own = await gateway.post('/graphql', { query }, { authorization: token });
  expect(own.json().data.node.secondFactors.methods).toEqual(['TOTP', 'RECOVERY_CODE']);
  const publisher = { authorization: await as('PUBLISHER') };
  expect((await gateway.post('/graphql', { query }, publisher)).json()).toEqual({ data: { node: null } });
});

test('accepts a code once, even for parallel uses at several challenges, and no earlier code after it', async () => {
  const { secret } = await enroll();
  const challenges = await Promise.all([challenge(), challenge(), challenge()]);
  const totpCode = code(secret);
  expect(await outcomes(challenges.map((each) => refused(each, { totpCode })))).toEqual([
    'SECOND_FACTOR_WRONG',
    'SECOND_FACTOR_WRONG',
    'signed in',
  ]);
  expect(await refused(await challenge(), { totpCode: code(secret, -1) })).toBe('SECOND_FACTOR_WRONG');
  await complete(await challenge(), { totpCode: code(secret, 1) });
  expect(await refused(await challenge(), { totpCode: code(secret, 2) })).toBe('SECOND_FACTOR_WRONG');
});

test('accepts codes, challenges and recovery codes once over all nodes', async () => {
  const { secret, recoveryCodes } = await enroll();
  const [recoveryCode = ''] = recoveryCodes;
  const onBoth = (sent: readonly string[], proof: Proof) =>
    outcomes(
      [gateway, otherNode].map((node, index) =>
        refusal(node, op.CompleteLoginDocument, { input: { challenge: sent[index] ?? '', ...proof } }),
      ),
    );
  const codes = await Promise.all([challenge(), challenge()]);
  expect(await onBoth(codes, { totpCode: code(secret) })).toEqual(['SECOND_FACTOR_WRONG', 'signed in']);
  const recoveries = await Promise.all([challenge(), challenge()]);
  expect(await onBoth(recoveries, { recoveryCode })).toEqual(['SECOND_FACTOR_WRONG', 'signed in']);
  const used = await challenge();
  await complete(used, { totpCode: code(secret, 1) });
  const again = { challenge: used, recoveryCode: recoveryCodes[1] ?? '' };
  expect(await refusal(otherNode, op.CompleteLoginDocument, { input: again })).toBe('CHALLENGE_EXPIRED');
});

test('accepts each recovery code once, and none that was replaced', async () => {
  const { recoveryCodes } = await enroll();
  expect(new Set(recoveryCodes).size).toBe(10);
  const [first = '', second = '', third = ''] = recoveryCodes;
  const challenges = await Promise.all([challenge(), challenge()]);
  expect(await outcomes(challenges.map((each) => refused(each, { recoveryCode: first })))).toEqual([
    'SECOND_FACTOR_WRONG',
    'signed in',
  ]);
  await complete(await challenge(), { recoveryCode: ` ${second.toLowerCase().replaceAll('-', ' ')}` });
  const { secondFactors } = await ask(gateway, op.SecondFactorsDocument, {}, token);
  expect(secondFactors).toMatchObject({ recoveryCodesLeft: 8, methods: ['TOTP', 'RECOVERY_CODE'] });
  const input = { count: 3 };
  const replaced = await ask(gateway, op.RegenerateRecoveryCodesDocument, { input }, token);
  expect(replaced.regenerateRecoveryCodes.recoveryCodes).toHaveLength(3);
  expect(await refused(await challenge(), { recoveryCode: third })).toBe('SECOND_FACTOR_WRONG');
  expect(await details('user.recovery-code')).toEqual(['9', '8']);
});

test('ends a challenge with its use, after five attempts, after five minutes, and with a new password', async () => {
  const { secret, recoveryCodes } = await enroll();
  const used = await challenge();
  await complete(used, { totpCode: code(secret) });
  const [recoveryCode = ''] = recoveryCodes;
  expect(await refused(used, { recoveryCode })).toBe('CHALLENGE_EXPIRED');
  const spent = await challenge();
  const wrong = Array.from({ length: 8 }, () => refused(spent, { totpCode: '000000' }));
  expect((await outcomes(wrong)).filter((outcome) => outcome === 'SECOND_FACTOR_WRONG')).toHaveLength(5);
  expect(await refused(spent, { recoveryCode })).toBe('CHALLENGE_EXPIRED');
  const earlier = await challenge();
  const changed = { currentPassword: PASSWORD, newPassword: 'battery staple' };
  await ask(gateway, op.ChangePasswordDocument, { input: changed }, token);
  expect(await refused(earlier, { recoveryCode })).toBe('CHALLENGE_EXPIRED');
  const late = await challenge('battery staple');
  gateway.clock.advance(5 * MINUTE);
  expect(await refused(late, { recoveryCode })).toBe('CHALLENGE_EXPIRED');
  expect(await refused('unknown', { recoveryCode })).toBe('CHALLENGE_EXPIRED');
});

test('accepts for a challenge only the factor of its account', async () => {
  const own = await enroll();
  const ownChallenge = await challenge();
  const other = await gateway.createUser({ username: `other ${created}`, password: PASSWORD });
  username = other.username ?? '';
  token = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const others = await enroll();
  const [recoveryCode = ''] = others.recoveryCodes;
  expect(await refused(ownChallenge, { totpCode: code(others.secret) })).toBe('SECOND_FACTOR_WRONG');
  expect(await refused(ownChallenge, { recoveryCode })).toBe('SECOND_FACTOR_WRONG');
  await complete(ownChallenge, { totpCode: code(own.secret) });
});

test('limits the attempts of strangers over all challenges and addresses, and does not keep out the owner', async () => {
  const { secret } = await enroll();
  const codes = [];
  for (let i = 0; i < 12; i += 1) {
    const { loginChallenges } = gateway.services;
    const client = { address: `192.0.2.${i}`, deviceId: null, version: null, model: null };
    const proof = { method: 'TOTP', response: i < 11 ? '000000' : code(secret), field: 'totpCode' } as const;
    const attempt = loginChallenges.complete(await challenge(), proof, client, graphqlSessionPolicy);
    codes.push(
      await attempt.then(
        () => 'signed in',
        ({ code }: { code: string }) => code,
      ),
    );
  }
  expect(codes).toEqual([...Array(10).fill('SECOND_FACTOR_WRONG'), 'THROTTLED', 'THROTTLED']);
  expect(await details('session.refuse')).toEqual(Array(10).fill('graphql SECOND_FACTOR_WRONG'));
  // From an address that the account has signed in from.
  await complete(await challenge(), { totpCode: code(secret) });
});

test('keeps the challenge of a known client, however many logins strangers begin', async () => {
  const { secret } = await enroll();
  const own = await challenge();
  gateway.clock.advance(1000);
  const payload = {
    query: `mutation { login(input: {username: "${username}", password: "${PASSWORD}"}) { expiresAt } }`,
  };
  const codes = await Promise.all(
    Array.from({ length: 25 }, async (_, n) => {
      const remoteAddress = `198.51.100.${n}`;
      const answer = await gateway.app.inject({ method: 'POST', url: '/graphql', payload, remoteAddress });
      return answer.json().errors[0].extensions.code;
    }),
  );
  expect(new Set(codes)).toEqual(new Set(['SECOND_FACTOR_REQUIRED']));
  expect(await gateway.services.db.em.fork().count(LoginChallenge, { user: id })).toBe(21);
  await complete(own, { totpCode: code(secret) });
});

test('asks after a login by SMS and after a password reset, too', async () => {
  const { secret } = await enroll();
  await ask(gateway, op.CreateCaptchaDocument, { input: { type: 'SMS', phone, deviceId: 'tablet' } });
  const bySms = { phone, captcha: await gateway.lastSms(phone), deviceId: 'tablet' };
  const { errors } = await send(gateway, op.LoginWithPhoneDocument, { input: bySms });
  const { completeLogin } = await complete(sentChallenge(errors), { totpCode: code(secret) });
  expect(completeLogin.user.username).toBe(username);
  const link = await gateway.services.resetLinks.create(id, { userId: null, address: null });
  const input = { token: link.path.split('#')[1] ?? '', newPassword: 'battery staple' };
  await ask(gateway, op.ResetPasswordWithLinkDocument, { input });
  await challenge('battery staple');
});

test('lets only the session that has seen a secret confirm it, within ten minutes', async () => {
  const other = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const start = () => ask(gateway, op.StartTotpEnrollmentDocument, { input: { issuer: 'Fleet' } }, token);
  const { startTotpEnrollment } = await start();
  const { secret, uri, qrCode } = startTotpEnrollment;
  expect(uri).toMatch(
    new RegExp(`^otpauth://totp/Fleet:person%20${created}\\?issuer=Fleet&secret=${secret}&`),
  );
  expect(qrCode).toMatch(/^<svg/);
  const confirm = (given: string, at = token) =>
    refusal(gateway, op.ConfirmTotpEnrollmentDocument, { input: { code: given } }, at);
  expect(await confirm(code(secret), other)).toBe('CHALLENGE_EXPIRED');
  expect(await confirm('000000')).toBe('SECOND_FACTOR_WRONG');
  await start();
  expect(await confirm(code(secret))).toBe('SECOND_FACTOR_WRONG');
  gateway.clock.advance(10 * MINUTE);
  expect(await confirm(code(secret))).toBe('CHALLENGE_EXPIRED');
});

test('requires a step-up with the second factor to change factors', async () => {
  const { secret } = await enroll();
  gateway.clock.advance(10 * MINUTE);
  const operations = [
    () => refusal(gateway, op.StartTotpEnrollmentDocument, { input: {} }, token),
    () => refusal(gateway, op.RemoveSecondFactorDocument, { input: { method: 'TOTP' } }, token),
    () => refusal(gateway, op.RegenerateRecoveryCodesDocument, { input: {} }, token),
  ] as const;
  for (const operation of operations) expect(await operation()).toBe('STEP_UP_REQUIRED');
  const { errors } = await send(
    gateway,
    op.RemoveSecondFactorDocument,
    { input: { method: 'TOTP' } },
    { authorization: `Bearer ${token}` },
  );
  expect(errors?.[0]?.extensions.methods).toEqual(['TOTP', 'RECOVERY_CODE']);
  const stepUp = (input: object) => refusal(gateway, op.StepUpDocument, { input }, token);
  expect(await stepUp({ password: PASSWORD })).toBe('FORBIDDEN');
  expect(await stepUp({ totpCode: '000000' })).toBe('SECOND_FACTOR_WRONG');
  expect(await stepUp({})).toBe('INVALID_INPUT');
  expect(await stepUp({ password: PASSWORD, totpCode: code(secret) })).toBe('INVALID_INPUT');
  expect(await stepUp({ totpCode: code(secret) })).toBeUndefined();
  expect(await operations[1]()).toBeUndefined();
  expect(await details('session.step-up')).toEqual(['TOTP']);
  expect(await details('session.step-up-refuse')).toEqual(['SECOND_FACTOR_WRONG']);
  expect(
    await refusal(gateway, op.LoginDocument, { input: { username, password: PASSWORD } }),
  ).toBeUndefined();
});

test('limits wrong proofs by session, so that a stolen one does not keep the owner from a step-up', async () => {
  const { secret } = await enroll();
  const input = { challenge: await challenge(), totpCode: code(secret) };
  const { completeLogin } = await ask(gateway, op.CompleteLoginDocument, { input });
  const stolen = completeLogin.accessToken;
  const stepUp = (totpCode: string, at: string) =>
    refusal(gateway, op.StepUpDocument, { input: { totpCode } }, at);
  const wrong = [];
  for (let n = 0; n < 11; n += 1) wrong.push(await stepUp('000000', stolen));
  expect(wrong.at(-1)).toBe('THROTTLED');
  gateway.clock.advance(STEP_MS);
  expect(await stepUp(code(secret), token)).toBeUndefined();
});

test('counts a step-up for its own session, on every node, and for no login that this session approves', async () => {
  const open = async () => (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const other = await open();
  gateway.clock.advance(10 * MINUTE);
  const createKey = (at: string, node = gateway) =>
    refusal(node, op.CreateApiKeyDocument, { input: { name: 'k', permissions: ['RELEASES_READ'] } }, at);
  const { scanTickets, scanLogins } = gateway.services;
  const client = { address: '192.0.2.1', deviceId: 'kiosk', version: null, model: null };
  const { ticket } = await scanTickets.issue('kiosk', client);
  await scanTickets.decide(ticket, await callerOf(gateway, other), true);
  const scanned = (await scanLogins.login(ticket, client, graphqlSessionPolicy)).accessToken;
  await ask(gateway, op.StepUpDocument, { input: { password: PASSWORD } }, token);
  expect(await createKey(token)).toBeUndefined();
  expect(await createKey(token, otherNode)).toBeUndefined();
  expect(await createKey(other)).toBe('STEP_UP_REQUIRED');
  expect(await createKey(scanned)).toBe('STEP_UP_REQUIRED');
  expect(await refusal(gateway, op.StepUpDocument, { input: { password: 'wrong' } }, other)).toBe(
    'BAD_CREDENTIALS',
  );
  expect(await createKey(other)).toBe('STEP_UP_REQUIRED');
});

test('keeps a session that must enrol limited after a refresh and over a WebSocket, at every node', async () => {
  const actor = { userId: null, address: null };
  await gateway.services.roleEditing.create('CAREFUL', 'c', ['devices:read'], actor, true);
  const { accessToken, refreshToken } = await openSession(gateway, username, graphqlSessionPolicy);
  // Signed in, but without a subscription that the change could end before the socket.
  const socket = await RawLive.open(host, accessToken);
  await gateway.services.administration.setRoles(id, ['CAREFUL'], actor);
  expect(await socket.closed).toBe(4403);
  await otherNode.services.sessions.pollChanges();
  const devices = (node: TestGateway, at: string) => refusal(node, op.DevicesDocument, {}, at);
  expect(await devices(gateway, accessToken)).toBe('ENROLLMENT_REQUIRED');
  expect(await devices(otherNode, accessToken)).toBe('ENROLLMENT_REQUIRED');
  const input = { refreshToken };
  const { refreshSession } = await ask(gateway, op.RefreshSessionDocument, { input });
  expect(refreshSession.session.permissions).toEqual([]);
  expect(await devices(gateway, refreshSession.accessToken)).toBe('ENROLLMENT_REQUIRED');
  const again = connect(host, refreshSession.accessToken);
  await expect(watch(again, op.HeartbeatsDocument, {}).next()).rejects.toThrow('ENROLLMENT_REQUIRED');
  await again.dispose();
  token = refreshSession.accessToken;
  await enroll();
  expect(await devices(gateway, token)).toBeUndefined();
});

test('ends the fresh proofs of other sessions and the legacy sessions with the first factor', async () => {
  const other = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const legacy = (await openSession(gateway, username, bmsSessionPolicy)).accessToken;
  await enroll();
  expect(await gateway.services.sessions.authenticate(legacy)).toBeNull();
  expect(await gateway.services.sessions.authenticate(other)).not.toBeNull();
  expect(await refusal(gateway, op.RegenerateRecoveryCodesDocument, { input: {} }, other)).toBe(
    'STEP_UP_REQUIRED',
  );
  expect(await refusal(gateway, op.RegenerateRecoveryCodesDocument, { input: {} }, token)).toBeUndefined();
});

test('keeps secrets out of the log, the audit log and the database', async () => {
  const { secret, recoveryCodes } = await enroll();
  const sent = await challenge();
  await complete(sent, { totpCode: code(secret) });
  const em = gateway.services.db.em.fork();
  const tables = await Promise.all([
    em.find(Authenticator, { user: id }),
    em.find(LoginChallenge, { user: id }),
    em.execute('select * from recovery_codes where user_id = ?', [id]),
    em.find(AuditEntry, {}),
  ]);
  const text = JSON.stringify(tables) + gateway.logged();
  for (const value of [secret, sent, ...recoveryCodes]) expect(text).not.toContain(value);
});

test('begins no enrolment while a node of an earlier version runs, which would not ask for the factor', async () => {
  const { services } = gateway;
  const enrollments = new Enrollments(services.sessions, services.changes, services.clock, () => false);
  const authenticators = new Authenticators({ ...services, enrollments, cipher: new SecretCipher(['s']) });
  const passkeys = new PasskeyRegistrations(
    services.db,
    new PasskeyChallenges(services.db, services.clock),
    enrollments,
    services.clock,
  );
  const caller = await callerOf(gateway, token);
  const party = { id: 'fleet.example', origins: ['https://fleet.example'] };
  for (const start of [authenticators.start(caller), passkeys.start(null, caller, party)]) {
    await expect(start).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  }
});

test('encrypts secrets with the first key after a rotation', async () => {
  const { secret } = await enroll();
  const { db } = gateway.services;
  const stored = async () => (await db.em.fork().findOneOrFail(Authenticator, { user: id })).secret ?? '';
  const rotated = new SecretCipher(['next '.repeat(8), 'test '.repeat(8)]);
  const { sessions, changes, clock } = gateway.services;
  const enrollments = new Enrollments(sessions, changes, clock, () => true);
  const authenticators = new Authenticators({ ...gateway.services, enrollments, cipher: rotated });
  await authenticators.renewEncryption();
  expect((await stored()).startsWith(rotated.currentPrefix)).toBe(true);
  expect(rotated.decrypt(await stored(), `user_${id}`)).toBe(secret);
  const renewed = await stored();
  // The key of the others: what it cannot decrypt stays as it is.
  await gateway.services.authenticators.renewEncryption();
  expect(await stored()).toBe(renewed);
});
