import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { TOTP } from 'otpauth';
import { z } from 'zod';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { bmsSessionPolicy } from '../../src/legacy/bms/session-policy.js';
import { Session } from '../../src/sessions/session.entity.js';
import { Authenticator } from '../support/authenticator.js';
import { callerOf, openSession } from '../support/callers.js';
import { ask, refusal, send } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const ORIGIN = 'https://fleet.example';
const SentChallenge = z.object({ token: z.string(), methods: z.array(z.string()) });

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway({ PUBLIC_URL: ORIGIN });
});
afterAll(() => gateway.close());

interface Person {
  readonly username: string;
  readonly id: number;
  readonly token: string;
  readonly sessionId: string;
  readonly authenticator: Authenticator;
  readonly recoveryCodes: readonly string[];
}

let created = 0;
let person: Person;
beforeEach(async () => {
  person = await enroll();
});

/** Creates an account that has a passkey as its only factor. */
async function enroll(): Promise<Person> {
  created += 1;
  const username = `person ${created}`;
  const { id } = await gateway.createUser({ username, password: PASSWORD });
  const { accessToken: token, session } = await openSession(gateway, username, graphqlSessionPolicy);
  const authenticator = new Authenticator(ORIGIN);
  const recoveryCodes = (await add(authenticator, token)) ?? [];
  return { username, id, token, sessionId: session.id, authenticator, recoveryCodes };
}

async function add(authenticator: Authenticator, token: string) {
  const { startPasskeyRegistration } = await ask(
    gateway,
    op.StartPasskeyRegistrationDocument,
    { input: {} },
    token,
  );
  const credential = authenticator.create(startPasskeyRegistration.options);
  const answer = await ask(gateway, op.FinishPasskeyRegistrationDocument, { input: { credential } }, token);
  return answer.finishPasskeyRegistration.recoveryCodes;
}

async function challengeOf({ username }: Person) {
  const { errors } = await send(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
  expect(errors?.[0]?.extensions.code).toBe('SECOND_FACTOR_REQUIRED');
  return SentChallenge.parse(errors?.[0]?.extensions.challenge);
}

const optionsFor = async (challenge: string | null, token?: string) =>
  (await ask(gateway, op.StartPasskeyProofDocument, { input: { challenge } }, token)).startPasskeyProof
    .options;
const completed = (challenge: string, passkey: object) =>
  refusal(gateway, op.CompleteLoginDocument, { input: { challenge, passkey } });
const steppedUp = (passkey: object, token: string) =>
  refusal(gateway, op.StepUpDocument, { input: { passkey } }, token);

test('is the second step of a login, and one challenge takes one answer', async () => {
  const { token, methods } = await challengeOf(person);
  expect(methods).toEqual(['PASSKEY', 'RECOVERY_CODE']);
  const options = await optionsFor(token);
  expect(options).toMatchObject({ allowCredentials: [{ id: person.authenticator.id }] });
  const answer = person.authenticator.get(options);
  expect(await completed(token, answer)).toBeUndefined();
  expect(await completed(token, answer)).toBe('CHALLENGE_EXPIRED');
});

test('replays and answers for another purpose, another login or a superseded challenge fail', async () => {
  const [first, second] = [await challengeOf(person), await challengeOf(person)];
  const superseded = person.authenticator.get(await optionsFor(first.token));
  const answer = person.authenticator.get(await optionsFor(first.token));
  const forSession = person.authenticator.get(await optionsFor(null, person.token));
  const login = await ask(gateway, op.StartPasskeyLoginDocument, { input: {} });
  const forLogin = person.authenticator.get(login.startPasskeyLogin.options);
  for (const wrong of [superseded, forSession, forLogin]) {
    expect(await completed(first.token, wrong)).toBe('PASSKEY_INVALID');
  }
  expect(await completed(second.token, answer)).toBe('PASSKEY_INVALID');
  expect(await completed(first.token, answer)).toBeUndefined();
  expect(await completed(second.token, answer)).toBe('PASSKEY_INVALID');
});

test('the passkey of another account proves nothing', async () => {
  const other = await enroll();
  const { token } = await challengeOf(person);
  expect(await completed(token, other.authenticator.get(await optionsFor(token)))).toBe('PASSKEY_INVALID');
});

test('proves again who the caller is, at one session only', async () => {
  const { token, sessionId, authenticator } = person;
  await gateway.services.db.em.fork().nativeUpdate(Session, { id: sessionId }, { provenAt: null });
  const start = () => refusal(gateway, op.StartPasskeyRegistrationDocument, { input: {} }, token);
  expect(await start()).toBe('STEP_UP_REQUIRED');
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(person.id, em);
  const client = { address: '127.0.0.1', deviceId: null, version: null, model: null };
  const other = await gateway.services.sessions.open(em, user, client, graphqlSessionPolicy, {
    secondFactor: true,
  });
  const answer = authenticator.get(await optionsFor(null, token));
  expect(await steppedUp(answer, other.accessToken)).toBe('PASSKEY_INVALID');
  expect(await steppedUp(answer, token)).toBeUndefined();
  expect(await start()).toBeUndefined();
});

test('the first one gives recovery codes and ends legacy sessions, and the last one ends the second factor', async () => {
  const { username, recoveryCodes, token } = person;
  expect(recoveryCodes).toHaveLength(10);
  expect(await add(new Authenticator(ORIGIN), token)).toBeNull();
  const legacy = { account: username, passwd: PASSWORD };
  const refused = await gateway.post('/api/background_login', legacy);
  expect(refused.json()).not.toHaveProperty('data.token');
  const { secondFactors } = await ask(gateway, op.MyPasskeysDocument, {}, token);
  for (const { id } of secondFactors.passkeys) {
    await ask(gateway, op.RemovePasskeyDocument, { input: { id } }, token);
  }
  await openSession(gateway, username, bmsSessionPolicy);
  await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
});

test('the first one ends the enrolments that other sessions have begun', async () => {
  const username = `person ${++created}`;
  await gateway.createUser({ username, password: PASSWORD });
  const owner = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const intruder = (await openSession(gateway, username, graphqlSessionPolicy)).accessToken;
  const begun = await ask(gateway, op.StartPasskeyRegistrationDocument, { input: {} }, intruder);
  const { startTotpEnrollment: app } = await ask(
    gateway,
    op.StartTotpEnrollmentDocument,
    { input: {} },
    intruder,
  );
  await add(new Authenticator(ORIGIN), owner);
  const credential = new Authenticator(ORIGIN).create(begun.startPasskeyRegistration.options);
  const input = { credential };
  const headers = { authorization: intruder };
  const added = await send(gateway, op.FinishPasskeyRegistrationDocument, { input }, headers);
  expect(added.errors?.[0]?.extensions).toMatchObject({
    code: 'STEP_UP_REQUIRED',
    methods: ['PASSKEY', 'RECOVERY_CODE'],
  });
  const code = new TOTP({ secret: app.secret }).generate({ timestamp: gateway.clock.now });
  expect(await refusal(gateway, op.ConfirmTotpEnrollmentDocument, { input: { code } }, intruder)).toBe(
    'STEP_UP_REQUIRED',
  );
  const { secondFactors } = await ask(gateway, op.SecondFactorsDocument, {}, owner);
  expect(secondFactors.methods).toEqual(['PASSKEY', 'RECOVERY_CODE']);
});

test('a request of a session that has just ended creates nothing that outlasts it', async () => {
  const { id, token } = person;
  const caller = await callerOf(gateway, token);
  const options = await ask(gateway, op.StartPasskeyRegistrationDocument, { input: {} }, token);
  const credential = new Authenticator(ORIGIN).create(options.startPasskeyRegistration.options);
  await gateway.services.secondFactors.reset(id, { userId: null, address: null });
  const { passkeyRegistrations, apiKeys, deviceCredentials } = gateway.services;
  const actor = { userId: id, address: null };
  const party = { id: 'fleet.example', origins: [ORIGIN] };
  const key = { userId: id, name: 'left', permissions: ['profile:own'], lifetimeDays: null } as const;
  for (const create of [
    () => passkeyRegistrations.finish(credential, caller, party, actor),
    () => apiKeys.create(key, caller, actor),
    () => deviceCredentials.issue(id, ['left'], caller, actor),
  ]) {
    await expect(create()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  }
});

test('an administrator removes the passkeys of someone who has lost them', async () => {
  await gateway.createUser({ username: `root ${created}`, password: PASSWORD, roles: ['ADMIN'] });
  const { accessToken } = await openSession(gateway, `root ${created}`, graphqlSessionPolicy);
  const input = { userId: `user_${person.id}` };
  await ask(gateway, op.ResetSecondFactorsDocument, { input }, accessToken);
  const { username } = person;
  await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } });
  const { startPasskeyLogin } = await ask(gateway, op.StartPasskeyLoginDocument, { input: {} });
  const credential = person.authenticator.get(startPasskeyLogin.options);
  expect(await refusal(gateway, op.FinishPasskeyLoginDocument, { input: { credential } })).toBe(
    'PASSKEY_INVALID',
  );
});
