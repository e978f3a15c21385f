import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { nodeId } from '../../src/database/node-id.js';
import { DeviceStatusStream } from '../../src/devices/live/status-stream.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { Role } from '../../src/users/role.entity.js';
import { callerOf, openSession } from '../support/callers.js';
import { ask, refusal, send } from '../support/clients/client.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { publishRelease } from '../support/releases.js';

const INTERVAL = 30_000;
let gateway: TestGateway;
let admin: string;
let member: string;
let devices = 0;
/** A device of the member, by its client id and its node id. */
let clientId: string;
let id: string;

beforeAll(async () => {
  gateway = await startGateway();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  await gateway.createUser({ username: 'max' });
  admin = (await openSession(gateway, 'root', graphqlSessionPolicy)).accessToken;
  member = (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken;
  await publishRelease(gateway, '1.0.0');
  await publishRelease(gateway, '2.0.0', { channel: 'beta' });
});
afterAll(() => gateway.close());

const beat = (deviceId: string, clientVersion = '1.0.0') =>
  ask(gateway, op.HeartbeatDocument, { input: { deviceId, clientVersion } }, member);

beforeEach(async () => {
  clientId = `serial-${++devices}`;
  const caller = await callerOf(gateway, member);
  id = nodeId(
    'device',
    await gateway.services.heartbeats.beat(caller, { clientId, name: null, clientVersion: null }),
  );
});

const update = async (fields: object) =>
  (await ask(gateway, op.UpdateDeviceDocument, { input: { id, ...fields } }, admin)).updateDevice.device;
const found = async (filter: object) =>
  (await ask(gateway, op.DevicesDocument, { filter }, admin)).devices.edges.map(({ node }) => node.id);

test('saves what administrators note about a device, normalized, and leaves omitted fields unchanged', async () => {
  await update({
    displayName: '  Gate 4 ',
    notes: 'Behind the café.',
    tags: [' Site:Berlin', 'spare', 'SPARE'],
  });
  expect(await update({ ownIntervalSeconds: 120 })).toMatchObject({
    displayName: 'Gate 4',
    notes: 'Behind the café.',
    tags: ['site:berlin', 'spare'],
    channel: 'stable',
    ownIntervalSeconds: 120,
  });
  expect(await update({ displayName: ' ', notes: null, tags: null, ownIntervalSeconds: null })).toMatchObject(
    {
      displayName: null,
      notes: null,
      tags: [],
      ownIntervalSeconds: null,
    },
  );
});

test('finds devices by tags, by channel, and by a part of the name that administrators gave', async () => {
  // PostgreSQL takes the word null in an array for no value.
  const tags = ['null', `site:${clientId}`, 'spare'];
  await update({ displayName: `Gate ${clientId}x`, tags, channel: 'beta' });
  expect(await found({ tags: ['null', `site:${clientId}`] })).toEqual([id]);
  expect(await found({ tags: ['SPARE', `site:${clientId}`] })).toEqual([id]);
  expect(await found({ tags: ['spare', 'other'] })).toEqual([]);
  expect(await found({ search: `gate ${clientId}X` })).toEqual([id]);
  expect(await found({ search: `te:${clientId}` })).toEqual([id]);
  expect(await found({ ids: [id], channel: 'beta' })).toEqual([id]);
  expect(await found({ ids: [id], channel: 'stable' })).toEqual([]);
});

test.each([
  ['displayName', { displayName: 'x'.repeat(129) }],
  ['notes', { notes: 'x\0' }],
  ['tags', { tags: ['two words'] }],
  ['tags', { tags: Array.from({ length: 33 }, (_, at) => `t${at}`) }],
  ['channel', { channel: 'No Channel' }],
  ['ownIntervalSeconds', { ownIntervalSeconds: 4 }],
  ['id', { id: 'user_1' }],
])('rejects an invalid %s by its name', async (field, fields) => {
  const headers = { authorization: `Bearer ${admin}` };
  const { errors } = await send(gateway, op.UpdateDeviceDocument, { input: { id, ...fields } }, headers);
  expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', field } }]);
});

test('callers who may not read the devices of others change only their own', async () => {
  const em = gateway.services.db.em.fork();
  await em.insert(Role, { id: 900, code: 'TAGGER', name: 'Tagger', permissions: ['devices:manage'] });
  await gateway.createUser({ username: 'nia', roles: ['TAGGER'] });
  const { accessToken } = await openSession(gateway, 'nia', graphqlSessionPolicy);
  const refusals = [
    await refusal(gateway, op.UpdateDeviceDocument, { input: { id } }, accessToken),
    await refusal(gateway, op.RetireDeviceDocument, { input: { id } }, accessToken),
    await refusal(gateway, op.DeleteDeviceDocument, { input: { id } }, accessToken),
  ];
  expect(refusals).toEqual(['NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND']);
});

test('audits which fields have changed, and nothing where none has', async () => {
  await update({ notes: 'n', tags: ['t'] });
  await update({ notes: 'n' });
  const { auditLog } = await ask(gateway, op.AuditLogDocument, { filter: { category: 'DEVICE' } }, admin);
  expect(auditLog.edges.filter(({ node }) => node.target === id)).toMatchObject([
    { node: { action: 'DEVICE_UPDATE', detail: 'notes tags', actor: { username: 'root' } } },
  ]);
});

test('a device is offered the newest release of its channel, by heartbeats and by checkVersion', async () => {
  const offered = async () => {
    const { heartbeat } = await beat(clientId);
    const headers = { authorization: `Bearer ${member}`, 'x-device-id': clientId };
    const checked = await gateway.post('/api/upgrade/checkVersion', {}, headers);
    return [heartbeat.latestRelease?.version, checked.json().data.version];
  };
  expect(await offered()).toEqual([undefined, '1.0.0']);
  await update({ channel: 'beta' });
  expect(await offered()).toEqual(['2.0.0', '2.0.0']);
  const anonymous = await gateway.post('/api/upgrade/checkVersion', {}, { 'x-device-id': clientId });
  expect(anonymous.json().data.version).toBe('1.0.0');
  await update({ channel: null });
  expect(await offered()).toEqual([undefined, '1.0.0']);
});

test('a device that beats every four intervals stays online once that is its interval', async () => {
  await update({ ownIntervalSeconds: 120 });
  for (let heartbeat = 0; heartbeat < 5; heartbeat++) {
    await gateway.pass(4 * INTERVAL);
    expect((await beat(clientId)).heartbeat.intervalSeconds).toBe(120);
  }
  const { device } = await ask(gateway, op.DeviceHistoryDocument, { id }, admin);
  expect(device?.history.edges.map(({ node }) => node.online)).toEqual([true]);
  expect(device?.online).toBe(true);
});

test('a retired device is hidden and its session ended, until it returns, which is marked', async () => {
  const { accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  const again = () => ask(gateway, op.HeartbeatDocument, { input: { deviceId: clientId } }, accessToken);
  await again();
  await gateway.services.heartbeats.announce();
  const stream = new DeviceStatusStream(
    gateway.services,
    await callerOf(gateway, admin),
    { search: clientId },
    null,
  );
  const { offset } = await stream.open();
  const { retireDevice } = await ask(gateway, op.RetireDeviceDocument, { input: { id } }, admin);
  expect(retireDevice.device).toMatchObject({ online: false, retiredAt: expect.any(String) });
  await gateway.services.heartbeats.announce();
  const { publications } = await stream.since(offset);
  expect(publications.map(({ event }) => [event.kind, event.reason])).toEqual([['OFFLINE', 'REVOKED']]);
  await expect(again()).rejects.toThrow('UNAUTHENTICATED');
  expect(await found({ search: clientId })).toEqual([]);
  expect(await found({ search: clientId, retired: true })).toEqual([id]);
  expect(await found({ ids: [id] })).toEqual([id]);
  const { presenceSummary } = await ask(gateway, op.PresenceSummaryDocument, { filter: {} }, admin);
  expect(presenceSummary.total).toBe((await found({})).length);

  await beat(clientId);
  await gateway.services.heartbeats.announce();
  expect(await found({ search: clientId })).toEqual([id]);
  const { device } = await ask(gateway, op.DeviceHistoryDocument, { id }, admin);
  expect(device).toMatchObject({ online: true, retiredAt: null, returnedAt: expect.any(String) });
  expect(device?.history.edges.map(({ node }) => node.reason)).toEqual([null, 'REVOKED', null]);
});

/** Deletes the device after a new login, since deleting requires a step-up. */
async function deleteDevice(): Promise<string> {
  const { accessToken } = await openSession(gateway, 'root', graphqlSessionPolicy);
  const answer = await ask(gateway, op.DeleteDeviceDocument, { input: { id } }, accessToken);
  return answer.deleteDevice.deletedDeviceId;
}

test.each(['retire', 'delete'] as const)(
  'to %s a device ends all its sessions and its credential, and neither API keys nor other devices',
  async (verb) => {
    const client = { address: '127.0.0.1', deviceId: clientId, version: null, model: null };
    const opened = await openSession(gateway, 'max', graphqlSessionPolicy, client);
    const input = { deviceIds: [clientId, `sibling of ${clientId}`] };
    const { issueDeviceCredentials } = await ask(
      gateway,
      op.IssueDeviceCredentialsDocument,
      { input },
      opened.accessToken,
    );
    const [credential = '', sibling = ''] = issueDeviceCredentials.credentials.map(({ token }) => token);
    const key = { name: 'relay', permissions: ['DEVICES_OWN' as const] };
    const { createApiKey } = await ask(gateway, op.CreateApiKeyDocument, { input: key }, opened.accessToken);
    const tokens = [opened.accessToken, credential, sibling, createApiKey.token];
    const statusOf = async (token: string) => {
      const headers = { token, 'x-device-id': token === sibling ? `sibling of ${clientId}` : clientId };
      return (await gateway.post('/api/heart/check', {}, headers)).statusCode;
    };
    expect(await Promise.all(tokens.map(statusOf))).toEqual([201, 201, 201, 201]);
    if (verb === 'retire') await ask(gateway, op.RetireDeviceDocument, { input: { id } }, admin);
    else await deleteDevice();
    expect(await Promise.all(tokens.map(statusOf))).toEqual([401, 401, 201, 201]);
  },
);

test('a deleted device is gone with its session, and a new one if it comes back', async () => {
  const { accessToken } = await openSession(gateway, 'max', graphqlSessionPolicy);
  await ask(gateway, op.HeartbeatDocument, { input: { deviceId: clientId } }, accessToken);
  await gateway.services.heartbeats.announce();
  expect(await deleteDevice()).toBe(id);
  expect(await found({ ids: [id] })).toEqual([]);
  await expect(ask(gateway, op.HeartbeatDocument, { input: {} }, accessToken)).rejects.toThrow(
    'UNAUTHENTICATED',
  );
  await beat(clientId);
  expect(await found({ search: clientId })).not.toContain(id);
  const { auditLog } = await ask(gateway, op.AuditLogDocument, { filter: { category: 'DEVICE' } }, admin);
  expect(auditLog.edges[0]?.node).toMatchObject({ action: 'DEVICE_DELETE', target: id });
});

test('keeps filters of devices as groups, counts their devices, and audits changes of them', async () => {
  await update({ tags: [`group:${clientId}`] });
  const create = async (name: string, filter: object) =>
    (await ask(gateway, op.CreateDeviceGroupDocument, { input: { name, filter } }, admin)).createDeviceGroup
      .deviceGroup;
  const group = await create(` ${clientId} `, { tags: [`group:${clientId}`], ids: [id] });
  expect(group).toMatchObject({ name: clientId, filter: { ids: [id], retired: null, online: null } });
  await create(`A ${clientId}`, { tags: ['no-such-tag'], retired: true });
  const list = async () => (await ask(gateway, op.DeviceGroupsDocument, {}, admin)).deviceGroups;
  expect(await list()).toMatchObject([
    { name: `A ${clientId}`, deviceCount: 0, filter: { retired: true } },
    { name: clientId, deviceCount: 1 },
  ]);
  const refused = (fields: object) =>
    send(
      gateway,
      op.UpdateDeviceGroupDocument,
      { input: { id: group.id, ...fields } },
      { authorization: `Bearer ${admin}` },
    );
  expect(await refused({ name: `A ${clientId}` })).toMatchObject({
    errors: [{ extensions: { code: 'CONFLICT', field: 'name' } }],
  });
  expect(await refused({ name: ' ' })).toMatchObject({
    errors: [{ extensions: { code: 'INVALID_INPUT', field: 'name' } }],
  });
  const input = { id: group.id, name: 'Gates', filter: {} };
  await ask(gateway, op.UpdateDeviceGroupDocument, { input }, admin);
  await ask(gateway, op.DeleteDeviceGroupDocument, { input: { id: group.id } }, admin);
  expect(await list()).toHaveLength(1);
  const entries = await gateway.services.db.em
    .fork()
    .execute<{ entry: string }[]>(
      `select action || ' ' || detail as entry from audit_entries where target = ? order by id`,
      [group.id],
    );
  expect(entries.map(({ entry }) => entry)).toEqual([
    `device.group_create ${clientId}`,
    'device.group_update Gates',
    'device.group_delete Gates',
  ]);
});
