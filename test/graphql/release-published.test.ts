import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { nodeId } from '../../src/database/node-id.js';
import { ReleaseStream } from '../../src/releases/release-stream.js';
import { ask } from '../support/clients/client.js';
import { connect, watch } from '../support/clients/live.js';
import { RawLive } from '../support/clients/raw-live.js';
import type { TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { publishRelease, startPublishing } from '../support/releases.js';

let gateway: TestGateway;
let publisher: string;
let member: string;
let host: string;
beforeAll(async () => {
  ({ gateway, publisher, member } = await startPublishing());
  host = await gateway.listen();
});
afterAll(() => gateway.close());

const latestCursor = async () => (await ask(gateway, op.ReleaseChannelsDocument, {}, member)).releaseCursor;
const summary = (event: op.ReleasePublishedSubscription | null) =>
  event && [event.releasePublished.kind, event.releasePublished.release.version].join(' ');

test('a subscription without since starts with the next event', async () => {
  await publishRelease(gateway, '199', { channel: 'now' });
  const stream = await ReleaseStream.create(gateway.services, 'now', null);
  const events = stream[Symbol.asyncIterator]();
  await publishRelease(gateway, '198', { channel: 'now' });
  expect((await events.next()).value?.release.version).toBe('198');
  await events.return?.();
});

test('a subscription to a channel receives its publications and withdrawals in order', async () => {
  const since = await latestCursor();
  await publishRelease(gateway, '200', { channel: 'live' });
  const client = connect(host, member);
  const subscription = watch(client, op.ReleasePublishedDocument, { channel: 'live', since });
  expect(summary(await subscription.next())).toBe('PUBLISHED 200');
  const release = await publishRelease(gateway, '201', { channel: 'live' });
  await publishRelease(gateway, '202', { channel: 'other' });
  const withdrawal = { input: { id: nodeId('release', release.id), reason: 'bad' } };
  await ask(gateway, op.WithdrawReleaseDocument, withdrawal, publisher);
  expect(summary(await subscription.next())).toBe('PUBLISHED 201');
  expect(summary(await subscription.next())).toBe('WITHDRAWN 201');
  await subscription.stop();
  await client.dispose();
});

test('a resumed subscription beside another one of its channel does not read in a loop', async () => {
  const since = await latestCursor();
  await publishRelease(gateway, '210', { channel: 'quiet' });
  await publishRelease(gateway, '211', { channel: 'loud' });
  const reads = jest.spyOn(ReleaseStream.prototype, 'since');
  const document =
    'subscription ($since: Cursor) { releasePublished(channel: "quiet", since: $since) { release { version } } }';
  const live = await RawLive.open(host, member);
  live.subscribe('new', document);
  live.subscribe('resumed', document, { since });
  expect(await live.message()).toMatchObject({ id: 'resumed', type: 'next' });
  for (let turn = 0; turn < 20; turn++) await live.settle();
  expect(reads.mock.calls.length).toBeLessThan(10);
  reads.mockRestore();
  await publishRelease(gateway, '212', { channel: 'quiet' });
  const ids = [await live.message(), await live.message()].map(({ id }) => id);
  expect(new Set(ids)).toEqual(new Set(['new', 'resumed']));
  await live.close();
});

test('resumed subscriptions receive each event once and in order', async () => {
  const versions = Array.from({ length: 12 }, (_, index) => String(301 + index));
  const client = connect(host, member);
  const start = await latestCursor();
  await publishRelease(gateway, '300', { channel: 'resumed' });
  const uploads = Promise.all(
    versions.map((version) => publishRelease(gateway, version, { channel: 'resumed' })),
  );
  const seen: string[] = [];
  let since = start;
  // Resumes after every third event.
  while (seen.length < versions.length + 1) {
    const subscription = watch(client, op.ReleasePublishedDocument, { channel: 'resumed', since });
    for (let count = 0; count < 3 && seen.length < versions.length + 1; count += 1) {
      const event = await subscription.next();
      seen.push(event?.releasePublished.release.version ?? '');
      since = event?.releasePublished.cursor ?? '';
    }
    await subscription.stop();
  }
  await uploads;
  expect(seen[0]).toBe('300');
  expect(seen.toSorted()).toEqual(['300', ...versions]);
  await client.dispose();
});

test.each([
  ['malformed', 'nonsense'],
  ['empty', ''],
  ['of another stream', Buffer.from('devices:1').toString('base64url')],
  ['of another gateway', Buffer.from('release:999999').toString('base64url')],
])('a cursor that is %s is refused', async (_name, since) => {
  const client = connect(host, member);
  await expect(watch(client, op.ReleasePublishedDocument, { since }).next()).rejects.toThrow('INVALID_INPUT');
  await client.dispose();
});

test('a subscription needs a session and a valid name of a channel', async () => {
  const anonymous = connect(host);
  await expect(watch(anonymous, op.ReleasePublishedDocument, {}).next()).rejects.toThrow('UNAUTHENTICATED');
  await anonymous.dispose();
  const client = connect(host, member);
  const subscription = watch(client, op.ReleasePublishedDocument, { channel: 'No Channel' });
  await expect(subscription.next()).rejects.toThrow('INVALID_INPUT');
  await client.dispose();
});
