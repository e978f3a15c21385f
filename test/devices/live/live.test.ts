import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Client } from 'graphql-ws';
import { nodeId } from '../../../src/database/node-id.js';
import { ask } from '../../support/clients/client.js';
import { connect, watch } from '../../support/clients/live.js';
import { startGateway, type TestGateway } from '../../support/gateway.js';
import * as op from '../../support/operations.js';
import { PASSWORD } from '../../support/password.js';

const MINUTE = 60_000;
let gateway: TestGateway;
let host: string;
let client: Client;
let member: string;
let memberId: string;

const login = async (username: string) =>
  (await ask(gateway, op.LoginDocument, { input: { username, password: PASSWORD } })).login.accessToken;

beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', password: PASSWORD, roles: ['ADMIN'] });
  memberId = nodeId('user', (await gateway.createUser({ username: 'member', password: PASSWORD })).id);
  member = await bms('member');
  client = connect(host, await login('root'));
});
afterAll(async () => {
  await client.dispose();
  await gateway.close();
});

/** The token of a legacy session, which lasts 48 hours. */
async function bms(username: string): Promise<string> {
  const query = new URLSearchParams({ username, password: PASSWORD, device: 'mate60', version: '101' });
  return (await gateway.post(`/sys/login-phone?${query}`)).json().data.access_token;
}
/** A heartbeat of the member's device with this name. Subscribers receive it after `announce`. */
const beat = (name: string, token = member) =>
  gateway.post('/api/heart/check', {}, { authorization: token, 'x-device-id': name });
const deviceId = async (name: string) => {
  const { devices } = await ask(
    gateway,
    op.DevicesDocument,
    { filter: { search: name } },
    await login('root'),
  );
  return devices.edges[0]?.node.id ?? '';
};
const announce = () => gateway.services.heartbeats.announce();

describe('deviceStatus', () => {
  const status = (variables: op.DeviceStatusSubscriptionVariables, by = client) => {
    const events = watch(by, op.DeviceStatusDocument, variables);
    return { ...events, next: async () => (await events.next())?.deviceStatus };
  };

  test('sends a snapshot of the online devices, then each transition once and in order', async () => {
    await beat('status-1');
    await announce();
    const id = await deviceId('status-1');
    const events = status({ filter: { userId: memberId } });
    expect(await events.next()).toMatchObject({
      kind: 'SNAPSHOT',
      device: null,
      devices: [{ id, online: true }],
    });
    await beat('status-2');
    const second = await deviceId('status-2');
    await gateway.pass(MINUTE);
    await beat('status-1');
    await gateway.pass(MINUTE);
    await beat('status-2');
    await announce();
    expect(await events.next()).toMatchObject({ kind: 'ONLINE', device: { id: second, online: true } });
    expect(await events.next()).toMatchObject({
      kind: 'OFFLINE',
      device: { id: second, online: false },
      reason: 'TIMEOUT',
    });
    expect(await events.next()).toMatchObject({ kind: 'ONLINE', device: { id: second, online: true } });
    await events.stop();
    await gateway.pass(4 * MINUTE);
  });

  test('sends exactly the missed transitions since a cursor', async () => {
    const events = status({ filter: { userId: memberId } });
    const snapshot = await events.next();
    await events.stop();
    await beat('missed');
    await gateway.pass(4 * MINUTE);
    const resumed = status({ filter: { userId: memberId }, since: snapshot?.cursor ?? '' });
    const online = await resumed.next();
    expect([online?.kind, (await resumed.next())?.kind]).toEqual(['ONLINE', 'OFFLINE']);
    await resumed.stop();
    const between = status({ filter: { userId: memberId }, since: online?.cursor ?? '' });
    expect((await between.next())?.kind).toBe('OFFLINE');
    await between.stop();
  });

  test('sends RESET and a new snapshot for the cursor of another process', async () => {
    const foreign = Buffer.from('AAAAAAAA:3').toString('base64url');
    const events = status({ filter: { ids: [] }, since: foreign });
    expect([(await events.next())?.kind, (await events.next())?.kind]).toEqual(['RESET', 'SNAPSHOT']);
    await events.stop();
  });

  test('rejects text that is not a cursor, and sends an empty snapshot for unknown ids', async () => {
    await expect(status({ since: 'yesterday' }).next()).rejects.toThrow('INVALID_INPUT');
    const events = status({ filter: { ids: ['device_999999'] } });
    expect(await events.next()).toMatchObject({ kind: 'SNAPSHOT', devices: [] });
    await events.stop();
  });

  test('sends only devices that the filter selects, and to a member only their own', async () => {
    await gateway.createUser({ username: 'neighbour', password: PASSWORD });
    const neighbour = await bms('neighbour');
    const asMember = connect(host, member);
    const mine = status({}, asMember);
    const named = status({ filter: { search: 'wanted' } });
    await mine.next();
    await named.next();
    await beat('theirs', neighbour);
    await beat('wanted');
    await beat('other');
    await announce();
    expect(await named.next()).toMatchObject({ kind: 'ONLINE', device: { id: await deviceId('wanted') } });
    expect(await mine.next()).toMatchObject({ device: { id: await deviceId('wanted') } });
    expect(await mine.next()).toMatchObject({ device: { id: await deviceId('other') } });
    await Promise.all([mine.stop(), named.stop()]);
    await asMember.dispose();
    await gateway.pass(4 * MINUTE);
  });

  test('sends RESET after a transition of a device that was deleted with its account', async () => {
    const { id } = await gateway.createUser({ username: 'leaver', password: PASSWORD });
    const events = status({});
    const before = await events.next();
    await beat('of the leaver', await bms('leaver'));
    await announce();
    const online = await events.next();
    expect(online).toMatchObject({ kind: 'ONLINE' });
    await gateway.services.administration.delete(id, { userId: null, address: null });
    await announce();
    expect((await events.next())?.kind).toBe('RESET');
    expect(await events.next()).toMatchObject({ kind: 'SNAPSHOT', devices: before?.devices });
    const resumed = status({ since: online?.cursor ?? '' });
    expect([(await resumed.next())?.kind, (await resumed.next())?.kind]).toEqual(['RESET', 'SNAPSHOT']);
    await Promise.all([events.stop(), resumed.stop()]);
  });

  test('requires a signed-in user', async () => {
    const nobody = connect(host);
    await expect(status({}, nobody).next()).rejects.toThrow('UNAUTHENTICATED');
    await nobody.dispose();
  });
});

test('conflates heartbeats: the latest of each device in a tick', async () => {
  const events = watch(client, op.HeartbeatsDocument, { filter: { userId: memberId } });
  const first = events.next();
  // Operations of a socket are answered in order, so that the subscription is open after this one.
  await watch(client, op.PresenceSummaryDocument, {}).next();
  await beat('conflated');
  gateway.clock.advance(50);
  await beat('conflated');
  await beat('conflated-2');
  await announce();
  const at = new Date(gateway.clock.now).toISOString();
  expect((await first)?.heartbeats).toEqual([
    { at, device: { id: await deviceId('conflated'), clientVersion: '101' } },
    { at, device: { id: await deviceId('conflated-2'), clientVersion: '101' } },
  ]);
  await events.stop();
  await gateway.pass(4 * MINUTE);
});
