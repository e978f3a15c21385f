import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { openSession } from '../support/callers.js';
import { ask, refusal } from '../support/clients/client.js';
import type { TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { startPublishing, upload } from '../support/releases.js';

let gateway: TestGateway;
let publisher: string;
let member: string;

beforeAll(async () => {
  ({ gateway, publisher, member } = await startPublishing());
});
afterAll(() => gateway.close());

const publish = (version: string) =>
  upload(gateway, publisher, [
    ['version', version],
    ['file', { fileName: `client-${version}.apk`, content: `content of ${version}` }],
  ]);
const offeredTo = async (clientVersion: string | null, deviceId = 'machine', token = member) =>
  (await ask(gateway, op.HeartbeatDocument, { input: { deviceId, clientVersion } }, token)).heartbeat
    .latestRelease?.version ?? null;

test('a heartbeat returns the newest stable release if the device has an older one', async () => {
  expect(await offeredTo('1.0.0')).toBeNull();
  await publish('1.9.0');
  expect(await offeredTo('1.8.5')).toBe('1.9.0');
  expect(await offeredTo('1.9.0')).toBeNull();
  expect(await offeredTo('1.10.0-rc.1')).toBeNull();
  await publish('1.10.0');
  expect(await offeredTo('1.9.0')).toBe('1.10.0');
  expect(await offeredTo('1.10.0-rc.1')).toBe('1.10.0');
});

test('a version is compared however a device spells it', async () => {
  for (const spelled of ['v1.10.0', ' 1.10.0 ', 'V1.10.0+build.7', '1.010.00', 'v1.11.0']) {
    expect([spelled, await offeredTo(spelled)]).toEqual([spelled, null]);
  }
  for (const spelled of ['v1.9.0', '1.9.0 ', '1.9.0+1.10.0', '1.09.0']) {
    expect([spelled, await offeredTo(spelled)]).toEqual([spelled, '1.10.0']);
  }
});

test('a device whose version does not compare is offered nothing', async () => {
  for (const version of ['unknown', 'beta of Monday', '1.9', '101', 'v101']) {
    expect([version, await offeredTo(version)]).toEqual([version, null]);
  }
});

test('a device that has never reported a version is offered the newest release', async () => {
  for (const version of [null, '', '  ']) expect(await offeredTo(version, 'silent')).toBe('1.10.0');
});

test('a device that reports its version once keeps it, also in its next session', async () => {
  for (const [version, offered] of [
    ['1.10.0', null],
    ['unknown', null],
    ['1.9.0', '1.10.0'],
  ] as const) {
    await offeredTo(version);
    expect([version, await offeredTo(null), await offeredTo('')]).toEqual([version, offered, offered]);
    const next = (await openSession(gateway, 'max', graphqlSessionPolicy)).accessToken;
    expect([version, await offeredTo(null, 'machine', next)]).toEqual([version, offered]);
  }
});

test('a heartbeat does not return a withdrawn release', async () => {
  const newest = await gateway.services.releases.latest('stable');
  await ask(
    gateway,
    op.WithdrawReleaseDocument,
    { input: { id: `release_${newest?.id}`, reason: 'It does not start.' } },
    publisher,
  );
  expect(await offeredTo('1.8.5')).toBe('1.9.0');
  expect(await offeredTo('1.9.0')).toBeNull();
});

test('a heartbeat of a known device needs no query', async () => {
  await offeredTo('1.8.5');
  const statements = jest.spyOn(gateway.services.db.em.getConnection(), 'execute');
  expect([await offeredTo('1.8.5'), await offeredTo('1.8.5')]).toEqual(['1.9.0', '1.9.0']);
  expect(statements).not.toHaveBeenCalled();
  statements.mockRestore();
});

test('a heartbeat rejects a name, a version and a device id of more than 128 characters', async () => {
  for (const field of ['name', 'clientVersion', 'deviceId']) {
    const input = { [field]: 'x'.repeat(129) };
    expect(await refusal(gateway, op.HeartbeatDocument, { input }, member)).toBe('INVALID_INPUT');
  }
});
