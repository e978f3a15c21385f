import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { uimsSessionPolicy } from '../../src/legacy/uims/session-policy.js';
import { Session } from '../../src/sessions/session.entity.js';
import { UserStatus } from '../../src/users/user.entity.js';
import { callerOf } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';

const client = { address: '192.0.2.1', deviceId: 'device 1', version: null, model: null };
const system = { userId: null, address: null };

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

const waiting = { ...client, deviceId: 'screen' };
const approved = async (policy: typeof graphqlSessionPolicy) => {
  const admin = await gateway.createUser({ phone, password: PASSWORD, roles: ['ADMIN'] });
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(admin.id, em);
  const { accessToken } = await gateway.services.sessions.open(em, user, client, policy);
  const caller = await callerOf(gateway, accessToken);
  const { ticket } = await gateway.services.scanTickets.issue(waiting.deviceId, waiting);
  await gateway.services.scanTickets.decide(ticket, caller, true);
  return { ticket, userId: admin.id };
};
const redeem = (ticket: string) => gateway.services.scanLogins.login(ticket, waiting, graphqlSessionPolicy);

test.each([
  [graphqlSessionPolicy, true],
  [uimsSessionPolicy, false],
])('a session that a $api session approved can administer: %s', async (policy, administers) => {
  const { ticket, userId } = await approved(policy);
  const { accessToken, user } = await redeem(ticket);
  expect(user.id).toBe(userId);
  const caller = await gateway.services.sessions.authenticate(accessToken);
  expect(caller?.permissions.has('users:manage')).toBe(administers);
  expect(caller?.deviceId).toBe('screen');
});

test('opens one session for two parallel logins', async () => {
  const { ticket } = await approved(graphqlSessionPolicy);
  const outcomes = await Promise.allSettled([redeem(ticket), redeem(ticket)]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
});

test('leaves a ticket approved whose session could not be saved', async () => {
  const { ticket } = await approved(graphqlSessionPolicy);
  const open = jest
    .spyOn(gateway.services.sessions, 'openWithin')
    .mockRejectedValueOnce(new Error('The database has ended.'));
  await expect(redeem(ticket)).rejects.toThrow('The database has ended.');
  open.mockRestore();
  await redeem(ticket);
});

test('rejects a ticket whose approver was disabled', async () => {
  await gateway.createUser({ username: 'another admin', password: PASSWORD, roles: ['ADMIN'] });
  const { ticket, userId } = await approved(graphqlSessionPolicy);
  await gateway.services.administration.setStatus(userId, UserStatus.DISABLED, system);
  await expect(redeem(ticket)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('rejects a ticket whose approving session has expired', async () => {
  const { ticket, userId } = await approved(graphqlSessionPolicy);
  await gateway.services.db.em
    .fork()
    .nativeUpdate(Session, { user: userId }, { expiresAt: new Date(gateway.clock.now) });
  await expect(redeem(ticket)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});

test('opens no session if the approving one ends after the ticket was redeemed', async () => {
  const { userId } = await approved(graphqlSessionPolicy);
  const em = gateway.services.db.em.fork();
  const user = await gateway.services.users.get(userId, em);
  const [approver] = await gateway.services.openSessions.listAll(userId);
  const proof = { approvedBy: approver?.id ?? '' };
  await gateway.services.sessions.endings.revokeAll(userId);
  await expect(
    gateway.services.sessions.open(em, user, waiting, graphqlSessionPolicy, { proof }),
  ).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
});
