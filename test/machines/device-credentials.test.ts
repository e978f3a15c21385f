import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HeartbeatStream } from '../../src/devices/live/heartbeat-stream.js';
import { DeviceStatusStream } from '../../src/devices/live/status-stream.js';
import { tokenHash } from '../../src/sessions/tokens/token-signer.js';
import { callerOf } from '../support/callers.js';
import { ask, refusal } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { PASSWORD } from '../support/password.js';

let gateway: TestGateway;
let lena: string;
let owners = 0;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'lena', password: PASSWORD });
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  lena = await login('lena');
});
afterAll(() => gateway.close());

const login = async (username: string, password = PASSWORD) =>
  (await ask(gateway, op.LoginDocument, { input: { username, password } })).login.accessToken;

/** A member without devices. */
async function newOwner() {
  owners += 1;
  const username = `owner-${owners}`;
  const { id } = await gateway.createUser({ username, password: PASSWORD });
  return { id, username, token: await login(username) };
}

const requested = async (deviceId: string) =>
  (await ask(gateway, op.RequestDeviceCredentialDocument, { input: { deviceId, name: 'kiosk' } }))
    .requestDeviceCredential;
const claim = (code: string, token: string) =>
  ask(gateway, op.ClaimDeviceDocument, { input: { code } }, token);
const refusedClaim = (code: string, token: string) =>
  refusal(gateway, op.ClaimDeviceDocument, { input: { code } }, token);
const collect = async (secret: string) =>
  (await ask(gateway, op.CollectDeviceCredentialDocument, { input: { secret } })).collectDeviceCredential
    .token;
const issue = async (deviceIds: string[], token: string) =>
  (await ask(gateway, op.IssueDeviceCredentialsDocument, { input: { deviceIds } }, token))
    .issueDeviceCredentials.credentials;

async function claimed(deviceId: string, owner = lena): Promise<string> {
  const { code, secret } = await requested(deviceId);
  await claim(code, owner);
  return (await collect(secret)) ?? '';
}

const beat = (token: string, deviceId?: string) =>
  gateway.post('/api/heart/check', {}, { token, ...(deviceId ? { 'x-device-id': deviceId } : {}) });

async function devicesOf(owner: string): Promise<Record<string, boolean>> {
  await gateway.services.heartbeats.announce();
  const { devices } = await ask(gateway, op.DevicesDocument, { first: 20 }, owner);
  return Object.fromEntries(devices.edges.map(({ node }) => [node.clientId, node.online]));
}

describe('a device that shows a code', () => {
  test('receives a credential of its owner once the code is entered, in any spelling', async () => {
    const { code, secret } = await requested('kiosk-1');
    expect(code).toMatch(/^[2-9A-HJKMNP-TW-Z]{8}$/);
    expect(await collect(secret)).toBeNull();
    const spelled = `${code.slice(0, 4).toLowerCase()}-${code.slice(4)} `;
    expect((await claim(spelled, lena)).claimDevice).toEqual({
      clientId: 'kiosk-1',
      name: 'kiosk',
      address: '127.0.0.1',
    });
    const token = (await collect(secret)) ?? '';
    expect(token).toMatch(/^ghd_[0-9A-Za-z]{36}$/);
    expect((await beat(token)).statusCode).toBe(201);
    expect(await devicesOf(lena)).toMatchObject({ 'kiosk-1': true });
  });

  test('is shown to its owner before the claim, who learns whether it replaces a credential', async () => {
    const owner = await newOwner();
    const { code } = await requested('preview-1');
    const preview = async () =>
      (await ask(gateway, op.DeviceClaimDocument, { code: code.toLowerCase() }, owner.token)).deviceClaim;
    expect(await preview()).toEqual({
      clientId: 'preview-1',
      name: 'kiosk',
      address: '127.0.0.1',
      requestedAt: new Date(gateway.clock.now).toISOString(),
      expiresAt: new Date(gateway.clock.now + 600_000).toISOString(),
      replacesCredential: false,
    });
    await issue(['preview-1'], owner.token);
    expect(await preview()).toMatchObject({ replacesCredential: true });
    await claim(code, owner.token);
    await expect(preview()).rejects.toThrow('NOT_FOUND');
    const filter = { category: 'SESSION' as const };
    const { auditLog } = await ask(gateway, op.AuditLogDocument, { filter }, await login('root'));
    expect(auditLog.edges.map(({ node }) => node)).toContainEqual(
      expect.objectContaining({ action: 'SESSION_CLAIM', detail: 'preview-1' }),
    );
  });

  test('receives it once, and its code works once and for 10 minutes', async () => {
    const { code, secret } = await requested('kiosk-2');
    await claim(code, lena);
    expect(await refusedClaim(code, await login('root'))).toBe('NOT_FOUND');
    const collected = await Promise.allSettled([collect(secret), collect(secret)]);
    expect(collected.filter(({ status, ...rest }) => 'value' in rest && rest.value !== null)).toHaveLength(1);
    const input = { input: { secret } };
    expect(await refusal(gateway, op.CollectDeviceCredentialDocument, input)).toBe('NOT_FOUND');
    const late = await requested('kiosk-2');
    gateway.clock.advance(10 * 60_000);
    expect(await refusedClaim(late.code, await login('lena'))).toBe('NOT_FOUND');
    lena = await login('lena');
  });

  test('does not touch the device of another account with the same id', async () => {
    const [victim, attacker] = [await newOwner(), await newOwner()];
    const token = await claimed('shared-serial', victim.token);
    await beat(token);
    const stolen = await claimed('shared-serial', attacker.token);
    await beat(stolen);
    expect((await beat(token)).statusCode).toBe(201);
    expect(await devicesOf(victim.token)).toEqual({ 'shared-serial': true });
    expect(await devicesOf(attacker.token)).toEqual({ 'shared-serial': true });
  });

  test('cannot be claimed by trying codes', async () => {
    const owner = await newOwner();
    const wrong = { code: '22222222' };
    for (let n = 0; n < 5; n += 1) {
      expect(await refusedClaim(wrong.code, owner.token)).toBe('NOT_FOUND');
      expect(await refusal(gateway, op.DeviceClaimDocument, wrong, owner.token)).toBe('NOT_FOUND');
    }
    expect(await refusal(gateway, op.DeviceClaimDocument, wrong, owner.token)).toBe('THROTTLED');
    expect(await refusedClaim((await requested('kiosk-3')).code, owner.token)).toBe('THROTTLED');
    gateway.clock.advance(16 * 60_000);
    lena = await login('lena');
  });
});

test('limits an address to 1,000 codes in an hour', async () => {
  const client = { address: '192.0.2.30', deviceId: 'many', version: null, model: null };
  const { deviceClaims } = gateway.services;
  await Promise.all(Array.from({ length: 1000 }, () => deviceClaims.request(client)));
  await expect(deviceClaims.request(client)).rejects.toMatchObject({ code: 'THROTTLED' });
});

describe('a credential', () => {
  test('is refused for another device', async () => {
    const token = await claimed('bound-1', (await newOwner()).token);
    expect((await beat(token, 'bound-2')).statusCode).toBe(403);
    expect((await beat(token, 'bound-1')).statusCode).toBe(201);
    expect((await beat(token, 'bound-2')).statusCode).toBe(403);
    const input = { input: { deviceId: 'bound-2' } };
    expect(await refusal(gateway, op.HeartbeatDocument, input, token)).toBe('FORBIDDEN');
  });

  test('reads its own device only, of all that its owner has', async () => {
    const owner = await newOwner();
    const [token = '', sibling = ''] = (await issue(['reads', 'hidden'], owner.token)).map(
      ({ token }) => token,
    );
    await beat(token);
    await beat(sibling);
    await gateway.services.heartbeats.announce();
    const all = await ask(gateway, op.DevicesDocument, { filter: {} }, owner.token);
    const hidden = all.devices.edges.find(({ node }) => node.clientId === 'hidden')?.node.id ?? '';
    const [event] = await gateway.services.db.em.execute<{ id: string }[]>(
      'select id from presence_events where device_id = ?',
      [Number(hidden.slice(7))],
    );
    const query = `{
      devices { totalCount edges { node { clientId user { devices { totalCount } } } } }
      presenceSummary { total online }
      device(id: "${hidden}") { id }
      nodes(ids: ["${hidden}", "presenceEvent_${event?.id}"]) { id }
    }`;
    const { data } = (await gateway.post('/graphql', { query }, { authorization: `Bearer ${token}` })).json();
    expect(data).toEqual({
      devices: { totalCount: 1, edges: [{ node: { clientId: 'reads', user: { devices: null } } }] },
      presenceSummary: { total: 1, online: 1 },
      device: null,
      nodes: [null, null],
    });
  });

  test('receives the events of its own device only', async () => {
    const owner = await newOwner();
    const issued = await issue(['hears', 'unheard'], owner.token);
    const [token = '', sibling = ''] = issued.map((credential) => credential.token);
    const caller = await callerOf(gateway, token);
    const status = new DeviceStatusStream(gateway.services, caller, {}, null);
    const heartbeats = new HeartbeatStream(gateway.services, caller, {});
    const unsubscribe = heartbeats.onAppend(() => {});
    const [statusStart, heartbeatStart] = [await status.open(), await heartbeats.open()];
    await beat(sibling);
    await beat(token);
    await gateway.services.heartbeats.announce();
    const statusEvents = (await status.since(statusStart.offset)).publications.map(
      ({ event }) => event.device,
    );
    const heard = (await heartbeats.since(heartbeatStart.offset)).publications.flatMap(({ event }) =>
      event.map(({ device }) => device),
    );
    unsubscribe();
    expect([statusEvents, heard].map((devices) => devices.map((device) => device?.clientId))).toEqual([
      ['hears'],
      ['hears'],
    ]);
    const snapshot = await new DeviceStatusStream(gateway.services, caller, {}, null).open();
    const listed = snapshot.publications.flatMap(({ event }) => event.devices ?? []);
    expect(listed.map(({ clientId }) => clientId)).toEqual(['hears']);
  });

  test('is not found by a version that ignores what limits it', async () => {
    const token = await claimed('marked', (await newOwner()).token);
    const rows = await gateway.services.db.em.execute('select id from sessions where token_hash = ?', [
      tokenHash(token),
    ]);
    expect(rows).toEqual([]);
  });

  test('that is revoked takes its device offline, and leaves its siblings online', async () => {
    const owner = await newOwner();
    const [first, second] = await issue(['sibling-1', 'sibling-2'], owner.token);
    await beat(first?.token ?? '');
    await beat(second?.token ?? '');
    const variables = { filter: { kind: 'DEVICE_CREDENTIAL' as const } };
    const { sessions } = await ask(gateway, op.SessionsDocument, variables, owner.token);
    const session = sessions.edges.find(({ node }) => node.deviceId === 'sibling-1');
    const input = { input: { id: session?.node.id ?? '' } };
    await ask(gateway, op.RevokeSessionDocument, input, owner.token);
    expect(await devicesOf(owner.token)).toEqual({ 'sibling-1': false, 'sibling-2': true });
    expect((await beat(first?.token ?? '')).statusCode).toBe(401);
    expect((await beat(second?.token ?? '')).statusCode).toBe(201);
  });

  test('replaces the one that its device had', async () => {
    const owner = await newOwner();
    const [old] = await issue(['renewed'], owner.token);
    const [renewed] = await issue(['renewed'], owner.token);
    expect((await beat(old?.token ?? '')).statusCode).toBe(401);
    expect((await beat(renewed?.token ?? '')).statusCode).toBe(201);
  });

  test('survives a new password of its owner, and ends with the account', async () => {
    const owner = await newOwner();
    const token = await claimed('lasting', owner.token);
    const input = { currentPassword: PASSWORD, newPassword: 'battery staple horse' };
    await ask(gateway, op.ChangePasswordDocument, { input }, owner.token);
    expect((await beat(token)).statusCode).toBe(201);
    const disabling = { input: { id: `user_${owner.id}`, status: 'DISABLED' as const } };
    await ask(gateway, op.SetUserStatusDocument, disabling, await login('root'));
    expect((await beat(token)).statusCode).toBe(401);
  });

  test('allows heartbeats and no change of its account', async () => {
    const owner = await newOwner();
    const token = await claimed('harmless', owner.token);
    expect(await refusal(gateway, op.UpdateProfileDocument, { input: { name: 'x' } }, token)).toBe(
      'FORBIDDEN',
    );
    expect(await refusedClaim((await requested('next')).code, token)).toBe('FORBIDDEN');
    const input = { input: { deviceIds: ['next'] } };
    expect(await refusal(gateway, op.IssueDeviceCredentialsDocument, input, token)).toBe('FORBIDDEN');
  });
});
