import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { ScanStatus } from '../../src/captchas/scan-stream.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import type { Caller } from '../../src/sessions/sessions.js';
import { callerOf } from '../support/callers.js';
import { startGateway, type TestGateway } from '../support/gateway.js';

const SECOND = 1000;
const LIFETIME = 5 * 60_000;

let gateway: TestGateway;
let li: Caller;
let wang: Caller;
beforeAll(async () => {
  gateway = await startGateway();
  li = await signedIn('li');
  wang = await signedIn('wang');
});
afterAll(() => gateway.close());

async function signedIn(username: string, userId?: number): Promise<Caller> {
  const id = userId ?? (await gateway.createUser({ username, nickname: `The ${username}` })).id;
  const em = gateway.services.db.em.fork();
  const client = { address: '192.0.2.1', deviceId: 'phone', version: null, model: null };
  const user = await gateway.services.users.get(id, em);
  const { accessToken } = await gateway.services.sessions.open(em, user, client, graphqlSessionPolicy);
  const caller = await callerOf(gateway, accessToken);
  return caller;
}

const scans = () => gateway.services.scanTickets;
let screens = 0;
let screen: string;
let ticket: string;
const issue = () =>
  scans().issue(screen, { address: '198.51.100.7', deviceId: screen, version: null, model: null });
const redeem = (given: string, deviceId: string) =>
  scans().redeem(given, deviceId, async (_em, scan) => scan);
beforeEach(async () => {
  screens += 1;
  screen = `screen ${screens}`;
  ({ ticket } = await issue());
});

describe('a ticket', () => {
  test('has 128 random bits and is valid for five minutes', async () => {
    const { ticket: other, expiresAt } = await issue();
    expect(other).toMatch(/^[\da-f]{32}$/);
    expect(other).not.toBe(ticket);
    expect(expiresAt.getTime()).toBe(gateway.clock.now + LIFETIME);
  });

  test('shows the approver where the login was requested, and the screen who scanned it', async () => {
    expect(await scans().claim(ticket, li)).toMatchObject({
      state: 'CLAIMED',
      requestedFrom: '198.51.100.7',
      scannedBy: 'The li',
    });
  });

  test('is redeemed once for the user who approved it', async () => {
    await scans().claim(ticket, li);
    expect(await scans().decide(ticket, li, true)).toMatchObject({ state: 'APPROVED' });
    const redeemed = await redeem(ticket, screen);
    expect(redeemed).toEqual({ userId: li.user.id, restricted: false, approvedBy: li.sessionId });
    await expect(redeem(ticket, screen)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('is redeemed by one of ten parallel calls', async () => {
    await scans().decide(ticket, li, true);
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => redeem(ticket, screen)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  test('is restricted if the approving session is', async () => {
    await scans().decide(ticket, { ...li, restricted: true }, true);
    expect(await redeem(ticket, screen)).toMatchObject({ userId: li.user.id, restricted: true });
  });

  test('can be redeemed only after its approval', async () => {
    await expect(redeem(ticket, screen)).rejects.toMatchObject({ code: 'CAPTCHA_REQUIRED' });
    await scans().claim(ticket, li);
    await expect(redeem(ticket, screen)).rejects.toMatchObject({ code: 'CAPTCHA_REQUIRED' });
    await scans().decide(ticket, li, true);
    await redeem(ticket, screen);
  });

  test('is invalid once the approving session has ended, although the user has another', async () => {
    const zhao = await signedIn('zhao');
    await signedIn('zhao', zhao.user.id);
    await scans().decide(ticket, zhao, true);
    await gateway.services.sessions.endings.revoke(zhao.user.id, zhao.sessionId, 'LOGOUT');
    await expect(redeem(ticket, screen)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('can be approved again or denied by the same user until it is redeemed', async () => {
    for (let i = 0; i < 2; i += 1) {
      expect(await scans().decide(ticket, li, true)).toMatchObject({ state: 'APPROVED' });
    }
    await expect(scans().decide(ticket, wang, false)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    for (let i = 0; i < 2; i += 1) {
      expect(await scans().decide(ticket, li, false)).toMatchObject({ state: 'DENIED' });
    }
    await expect(redeem(ticket, screen)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    ({ ticket } = await issue());
    await scans().decide(ticket, li, true);
    await redeem(ticket, screen);
    await expect(scans().decide(ticket, li, false)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('depends on the session that approved it last', async () => {
    const zhou = await signedIn('zhou');
    const elsewhere = await signedIn('zhou', zhou.user.id);
    await scans().decide(ticket, zhou, true);
    await scans().decide(ticket, { ...elsewhere, restricted: true }, true);
    await gateway.services.sessions.endings.revoke(zhou.user.id, zhou.sessionId, 'LOGOUT');
    expect(await redeem(ticket, screen)).toMatchObject({
      restricted: true,
      approvedBy: elsewhere.sessionId,
    });
  });

  test('shows a masked phone for a user without another name', async () => {
    const { id } = await gateway.createUser({ phone: '13911112222', nickname: '' });
    expect(await scans().claim(ticket, await signedIn('', id))).toMatchObject({ scannedBy: '139****2222' });
  });

  test('is final once it is denied', async () => {
    expect(await scans().decide(ticket, li, false)).toMatchObject({ state: 'DENIED' });
    await expect(redeem(ticket, screen)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(scans().decide(ticket, li, true)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('belongs to the first of two users who scan it at the same time', async () => {
    const claims = await Promise.allSettled([scans().claim(ticket, li), scans().claim(ticket, wang)]);
    expect(claims.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const loser = claims[0].status === 'fulfilled' ? wang : li;
    await expect(scans().decide(ticket, loser, true)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(scans().decide(ticket, loser, false)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });

  test('is invalid on another device', async () => {
    await scans().decide(ticket, li, true);
    for (const device of ['another screen', '', screen.toUpperCase(), ` ${screen}`]) {
      await expect(redeem(ticket, device)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    }
    await expect(scans().watch(ticket, 'another screen')).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    await redeem(ticket, screen);
  });

  test('is invalid once its device has requested another', async () => {
    await scans().decide(ticket, li, true);
    await issue();
    await expect(redeem(ticket, screen)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('is rejected if it was never issued', async () => {
    await expect(scans().claim('0'.repeat(32), li)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    await expect(scans().watch('0'.repeat(32), screen)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
  });

  test('expires, whether it was approved or not', async () => {
    await scans().decide(ticket, li, true);
    const pending = await scans().issue('late screen', {
      address: '::1',
      deviceId: null,
      version: null,
      model: null,
    });
    gateway.clock.advance(LIFETIME);
    await expect(redeem(ticket, screen)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    await expect(scans().claim(pending.ticket, li)).rejects.toMatchObject({ code: 'CAPTCHA_EXPIRED' });
    await expect(redeem(pending.ticket, 'late screen')).rejects.toMatchObject({
      code: 'CAPTCHA_EXPIRED',
    });
  });
});

describe('watch', () => {
  afterEach(() => {
    jest.useRealTimers();
  });

  const watch = async () => (await scans().watch(ticket, screen))[Symbol.asyncIterator]();
  const state = async (statuses: AsyncIterator<ScanStatus>) => (await statuses.next()).value?.state;

  test('yields each state and ends after the final one', async () => {
    const statuses = await watch();
    expect(await state(statuses)).toBe('PENDING');
    await scans().claim(ticket, li);
    expect((await statuses.next()).value).toMatchObject({ state: 'CLAIMED', scannedBy: 'The li' });
    await scans().decide(ticket, li, true);
    expect(await state(statuses)).toBe('APPROVED');
    await redeem(ticket, screen);
    expect(await state(statuses)).toBe('REDEEMED');
    expect(await statuses.next()).toMatchObject({ done: true });
  });

  test('ends when the ticket is denied', async () => {
    const statuses = await watch();
    await scans().decide(ticket, li, false);
    const seen: (string | undefined)[] = [];
    for (let next = await statuses.next(); !next.done; next = await statuses.next())
      seen.push(next.value.state);
    expect(seen.at(-1)).toBe('DENIED');
  });

  test('begins with the current state', async () => {
    await scans().claim(ticket, li);
    const statuses = await watch();
    expect(await state(statuses)).toBe('CLAIMED');
    await statuses.return?.();
  });

  test('ends when the ticket expires', async () => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'hrtime'],
    });
    const statuses = await watch();
    expect(await state(statuses)).toBe('PENDING');
    gateway.clock.advance(LIFETIME);
    jest.advanceTimersByTime(SECOND);
    expect(await state(statuses)).toBe('EXPIRED');
    expect(await statuses.next()).toMatchObject({ done: true });
  });

  test('ends when the ticket expires, though the clock was set back meanwhile', async () => {
    jest.useFakeTimers({
      doNotFake: ['Date', 'nextTick', 'setImmediate', 'queueMicrotask', 'performance', 'hrtime'],
    });
    const statuses = await watch();
    expect(await state(statuses)).toBe('PENDING');
    gateway.clock.advance(-LIFETIME);
    jest.advanceTimersByTime(2 * LIFETIME);
    gateway.clock.advance(2 * LIFETIME);
    jest.advanceTimersByTime(SECOND);
    expect(await state(statuses)).toBe('EXPIRED');
  });

  test('ends when the device requests another ticket', async () => {
    const statuses = await watch();
    expect(await state(statuses)).toBe('PENDING');
    await issue();
    expect(await state(statuses)).toBe('EXPIRED');
  });
});
