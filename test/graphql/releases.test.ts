import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeId } from '../../src/database/node-id.js';
import { ask, refusal } from '../support/clients/client.js';
import type { TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';
import { publishRelease, startPublishing } from '../support/releases.js';

let gateway: TestGateway;
let publisher: string;
let member: string;
beforeAll(async () => {
  ({ gateway, publisher, member } = await startPublishing());
});
afterAll(() => gateway.close());

test('a publisher withdraws a release once, and the audit log has both the upload and the withdrawal', async () => {
  const { user } = (await gateway.services.sessions.authenticate(publisher)) ?? {};
  const released = await publishRelease(
    gateway,
    '7',
    { channel: 'audited', name: 'audited.zip' },
    { userId: user?.id ?? null, address: null },
  );
  const id = nodeId('release', released.id);
  const withdraw = { input: { id, reason: 'It does not start.' } };
  expect(await refusal(gateway, op.WithdrawReleaseDocument, withdraw, member)).toBe('FORBIDDEN');
  const { withdrawRelease } = await ask(gateway, op.WithdrawReleaseDocument, withdraw, publisher);
  expect(withdrawRelease.release).toMatchObject({
    withdrawnAt: new Date(gateway.clock.now).toISOString(),
    withdrawalReason: 'It does not start.',
  });
  expect(await refusal(gateway, op.WithdrawReleaseDocument, withdraw, publisher)).toBe('CONFLICT');
  const unknown = { input: { id: 'release_99999', reason: 'none' } };
  expect(await refusal(gateway, op.WithdrawReleaseDocument, unknown, publisher)).toBe('NOT_FOUND');
  const log = await gateway.services.db.em
    .fork()
    .execute(
      `select action, detail, actor_id is not null as known from audit_entries where target = ? order by id`,
      [id],
    );
  expect(log).toEqual([
    { action: 'release.publish', detail: 'audited 7', known: true },
    { action: 'release.withdraw', detail: 'audited 7', known: true },
  ]);
  const gone = await gateway.app.inject({ method: 'GET', url: '/dist/audited-7.zip' });
  expect(gone.statusCode).toBe(410);
});

test('releases are listed by channel, the newest version first, page by page', async () => {
  for (const [channel, versions] of [
    ['list-b', ['100', '20', '3']],
    ['list-a', ['101', '21', '4']],
  ] as const) {
    for (const version of versions) await publishRelease(gateway, version, { channel });
  }
  const pages: string[][] = [];
  let after: string | null = null;
  do {
    const page: op.ReleasesQuery = await ask(gateway, op.ReleasesDocument, { first: 4, after }, member);
    pages.push(page.releases.edges.map(({ node }) => `${node.channel} ${node.version}`));
    after = page.releases.pageInfo.hasNextPage ? (page.releases.pageInfo.endCursor ?? null) : null;
  } while (after);
  expect(pages.flat().filter((line) => line.startsWith('list-'))).toEqual([
    'list-a 101',
    'list-a 21',
    'list-a 4',
    'list-b 100',
    'list-b 20',
    'list-b 3',
  ]);
  const { releaseChannels } = await ask(gateway, op.ReleaseChannelsDocument, {}, member);
  expect(releaseChannels.filter((name) => name.startsWith('list-'))).toEqual(['list-a', 'list-b']);
  const one = await ask(gateway, op.ReleasesDocument, { channel: 'list-a', first: 1 }, member);
  const second = { channel: 'list-a', first: 1, after: one.releases.edges[0]?.cursor ?? null };
  const two = await ask(gateway, op.ReleasesDocument, second, member);
  expect([one, two].map(({ releases }) => releases.edges.map(({ node }) => node.version))).toEqual([
    ['101'],
    ['21'],
  ]);
  const foreign = { after: Buffer.from('id:99999').toString('base64url') };
  expect(await refusal(gateway, op.ReleasesDocument, foreign, member)).toBe('INVALID_INPUT');
});

test('a release whose uploader was deleted has no uploader', async () => {
  const { id } = await gateway.createUser({ username: 'former' });
  await publishRelease(gateway, '1', { channel: 'former' }, { userId: id, address: null });
  const latest = () => ask(gateway, op.LatestReleaseDocument, { channel: 'former' }, member);
  expect(await latest()).toMatchObject({ latestRelease: { uploaderName: 'former' } });
  await gateway.services.administration.delete(id, { userId: null, address: null });
  expect(await latest()).toMatchObject({ latestRelease: { version: '1', uploaderName: null } });
});

test('a channel without releases has no latest release', async () => {
  const { latestRelease } = await ask(gateway, op.LatestReleaseDocument, { channel: 'empty' }, member);
  expect(latestRelease).toBeNull();
});
