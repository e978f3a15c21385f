import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { publishRelease } from '../support/releases.js';

const MAX_CHANNELS = 100;
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const publish = (channel: string, version = '1') =>
  publishRelease(gateway, version, { channel, name: `${channel}.zip` });

test('a gateway has at most 100 channels besides stable, and publishes further releases in them', async () => {
  for (let channel = 2; channel <= MAX_CHANNELS; channel++) await publish(`channel-${channel}`);
  const last = await Promise.allSettled([publish('channel-a'), publish('channel-b')]);
  expect(last.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expect(publish('channel-c')).rejects.toMatchObject({
    code: 'INVALID_INPUT',
    details: { field: 'channel' },
  });
  await publishRelease(gateway, '2', { channel: 'channel-2' });
  await publish('stable');
  expect(await gateway.services.releases.channels()).toHaveLength(MAX_CHANNELS + 1);
});
