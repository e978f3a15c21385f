import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { AuditEntry } from '../../src/audit/audit-entry.entity.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { teacherSessionPolicy } from '../../src/legacy/teacher/session-policy.js';
import { User, UserStatus } from '../../src/users/user.entity.js';
import { openSession } from '../support/callers.js';
import { ask, refusal, send } from '../support/clients/client.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

const MINUTE = 60_000;
const NEW_PASSWORD = 'battery staple';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

let created = 0;
let phone: string;
let username: string;
let id: number;
beforeEach(async () => {
  created += 1;
  phone = String(13_500_000_000 + created);
  username = `person ${created}`;
  id = (await gateway.createUser({ username, phone, phoneVerified: true, password: PASSWORD })).id;
});

/** @param to by default the phone of an account that may reset its password. */
const request = (to = phone) =>
  ask(gateway, op.RequestPasswordResetDocument, { input: { phone: to, deviceId: 'tablet' } });
/** The code of a message that is perhaps sent after the answer. @param before that of the message before. */
const sentCode = async (before = '') => {
  let code = '';
  await eventually(async () => {
    code = await gateway.lastSms(phone).catch(() => '');
    return code !== '' && code !== before;
  });
  return code;
};
const reset = (code: string, newPassword = NEW_PASSWORD, to = phone) => ({
  input: { phone: to, code, newPassword, deviceId: 'tablet' },
});
const login = (password: string) =>
  ask(gateway, op.LoginDocument, { input: { username, password, deviceId: 'tablet' } });
const refused = async (variables: ReturnType<typeof reset>) =>
  (await send(gateway, op.ResetPasswordDocument, variables)).errors?.[0]?.extensions;
const actions = async (action: AuditEntry['action']) =>
  gateway.services.db.em.fork().find(AuditEntry, { action, target: `user_${id}` });

test('sets a new password with a code, and ends all sessions of every API', async () => {
  const sessions = [graphqlSessionPolicy, teacherSessionPolicy].map((policy) =>
    openSession(gateway, username, policy),
  );
  const tokens = (await Promise.all(sessions)).map(({ accessToken }) => accessToken);
  await request();
  const { resetPassword } = await ask(gateway, op.ResetPasswordDocument, reset(await sentCode()));
  expect(resetPassword).toEqual({ login: username });
  for (const token of tokens) expect(await gateway.services.sessions.authenticate(token)).toBeNull();
  await login(NEW_PASSWORD);
  await expect(login(PASSWORD)).rejects.toThrow();
  expect(await actions('user.password-reset')).toMatchObject([{ actorId: id, detail: 'sms' }]);
  expect(await actions('user.reset-request')).toMatchObject([{ actorId: null }]);
});

test('accepts a code once, even for two parallel uses', async () => {
  await request();
  const variables = reset(await sentCode());
  const outcomes = await Promise.allSettled(
    [variables, variables].map((each) => ask(gateway, op.ResetPasswordDocument, each)),
  );
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(await refused(variables)).toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('accepts a code for no other purpose', async () => {
  await request();
  const input = { phone, captcha: await sentCode(), deviceId: 'tablet' };
  expect(await refusal(gateway, op.LoginWithPhoneDocument, { input })).toBe('CAPTCHA_INVALID');
  gateway.clock.advance(MINUTE);
  const sms = { type: 'SMS', phone, deviceId: 'tablet' } as const;
  await ask(gateway, op.CreateCaptchaDocument, { input: sms });
  const code = await gateway.lastSms(phone);
  expect(await refused(reset(code))).toMatchObject({ code: 'CAPTCHA_INVALID' });
  await ask(gateway, op.LoginWithPhoneDocument, { input: { ...input, captcha: code } });
});

test('accepts five wrong codes, including those before a resend', async () => {
  await request();
  const first = await sentCode();
  const wrong = first === '000000' ? '111111' : '000000';
  for (let i = 0; i < 4; i += 1)
    expect(await refused(reset(wrong))).toMatchObject({ code: 'CAPTCHA_INVALID' });
  gateway.clock.advance(MINUTE);
  await request();
  const code = await sentCode(first);
  expect(await refused(reset(code === wrong ? '222222' : wrong))).toMatchObject({ code: 'CAPTCHA_INVALID' });
  expect(await refused(reset(code))).toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  expect(await actions('user.reset-refuse')).toHaveLength(5);
});

test('keeps the code when the password is refused', async () => {
  await request();
  const code = await sentCode();
  for (const password of ['short', '        \n', 'password1', `${username}1`, `${phone}1`, 'x'.repeat(101)]) {
    expect(await refused(reset(code, password))).toMatchObject({
      code: 'INVALID_INPUT',
      field: 'newPassword',
    });
  }
  await ask(gateway, op.ResetPasswordDocument, reset(code));
});

test('answers alike, and sends nothing, where no password can be reset', async () => {
  const phones = ['13511110001', '13511110002', '13511110003'];
  const [unknown = '', unproven = '', disabled = ''] = phones;
  await gateway.createUser({ phone: unproven, password: PASSWORD });
  await gateway.createUser({ phone: disabled, phoneVerified: true, status: UserStatus.DISABLED });
  const answers = new Set<string>();
  for (const each of [phone, unknown, unproven, disabled]) {
    const { requestPasswordReset } = await request(each);
    const again = await refusal(gateway, op.RequestPasswordResetDocument, { input: { phone: each } });
    const wrong = await refused(reset('12345', NEW_PASSWORD, each));
    answers.add(JSON.stringify([requestPasswordReset, again, wrong]));
  }
  expect([...answers]).toEqual([expect.stringMatching(/expiresAt.*THROTTLED.*CAPTCHA_INVALID/)]);
  await sentCode();
  for (const each of phones) await expect(gateway.lastSms(each)).rejects.toThrow('No SMS was sent');
});

test('resets nothing once the account is disabled or its phone is that of another', async () => {
  await request();
  const code = await sentCode();
  const em = gateway.services.db.em.fork();
  for (const change of [{ status: UserStatus.DISABLED }, { phoneVerifiedAt: null }]) {
    const { status, phoneVerifiedAt } = await em.findOneOrFail(User, { id });
    await em.nativeUpdate(User, { id }, change);
    expect(await refused(reset(code))).toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    await em.nativeUpdate(User, { id }, { status, phoneVerifiedAt });
  }
  await ask(gateway, op.ResetPasswordDocument, reset(code));
});
