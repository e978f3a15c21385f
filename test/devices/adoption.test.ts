import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { adoptionIn } from '../../src/devices/counts/adoption.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { publishRelease } from '../support/releases.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
  for (const version of ['1.9.0', '1.10.0']) await publishRelease(gateway, version, { channel: 'semver' });
  await publishRelease(gateway, '1112343', { channel: 'whole' });
});
afterAll(() => gateway.close());

/** The adoption of a channel by one device for each version: its release, and whether it compares. */
async function adoption(channel: string | null, versions: readonly (string | null)[]) {
  const counts = versions.map((clientVersion) => ({ clientVersion, devices: 1 }));
  const rows = await adoptionIn(channel, counts, gateway.services.releases);
  return rows.map(({ clientVersion, devices, release, comparable }) => [
    clientVersion,
    devices,
    release?.version ?? null,
    comparable,
  ]);
}

test('finds the release of a version, however a device spells it', async () => {
  expect(await adoption('semver', ['1.10.0', 'V1.10.0 ', '1.09.0', '1.10.0+5', '1.8.0'])).toEqual([
    ['1.10.0', 1, '1.10.0', true],
    ['V1.10.0 ', 1, '1.10.0', true],
    ['1.09.0', 1, '1.9.0', true],
    ['1.10.0+5', 1, '1.10.0', true],
    ['1.8.0', 1, null, true],
  ]);
});

test('includes the latest release that no device reports yet', async () => {
  expect(await adoption('semver', ['1.9.0'])).toEqual([
    ['1.9.0', 1, '1.9.0', true],
    ['1.10.0', 0, '1.10.0', true],
  ]);
  expect(await adoption('whole', [])).toEqual([['1112343', 0, '1112343', true]]);
});

test('says which versions do not compare with the releases of the channel', async () => {
  expect(await adoption('whole', ['1112343', '1.10.0', 'unknown', null])).toEqual([
    ['1112343', 1, '1112343', true],
    ['1.10.0', 1, null, false],
    ['unknown', 1, null, false],
    [null, 1, null, false],
  ]);
});

test('names no release without a channel, nor in a channel without releases', async () => {
  const rows = [
    ['1.10.0', 1, null, true],
    ['1112343', 1, null, true],
    ['unknown', 1, null, false],
  ];
  for (const channel of [null, 'empty']) {
    expect(await adoption(channel, ['1.10.0', '1112343', 'unknown'])).toEqual(rows);
  }
  await expect(adoption('No channel!', [])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
});
