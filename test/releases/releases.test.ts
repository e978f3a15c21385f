import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { lockWaiters } from '../support/locks.js';
import { inventory, nothing, publishRelease, sha256 } from '../support/releases.js';

const DAY = 86_400_000;
const system = { userId: null, address: null };
let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startGateway();
});
afterEach(() => gateway.close());

const receive = (content: string) => gateway.services.releases.receive(Readable.from([Buffer.from(content)]));
const publish = (version: string, details: Parameters<typeof publishRelease>[2] = {}) =>
  publishRelease(gateway, version, details);
const latest = async (channel = 'stable') => (await gateway.services.releases.latest(channel))?.version;

describe('of eight concurrent publications', () => {
  test.each([
    [
      'of one version with different files',
      (index: number) => ({ name: `app${index}.zip`, content: `${index}` }),
    ],
    ['of one version with the same file', () => ({ content: 'same' })],
    [
      'of one package name in different channels',
      (index: number) => ({ channel: `c${index}`, content: `${index}` }),
    ],
  ])('%s, one succeeds and the others leave nothing behind', async (_name, change) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => publish('7', change(index))),
    );
    const published = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
    const codes = outcomes
      .filter((outcome) => outcome.status === 'rejected')
      .map(({ reason }) => reason.code);
    expect(codes).toEqual(Array(7).fill('CONFLICT'));
    const stored = { uploads: [], packages: published.map(({ sha256 }) => sha256), releases: 1, events: 1 };
    expect(await inventory(gateway)).toEqual(stored);
  });
});

describe('a channel', () => {
  test('has the highest version as its newest, regardless of the order of publication', async () => {
    for (const version of ['9', '1112343', '10']) await publish(version);
    expect(await latest()).toBe('1112343');
    for (const version of ['1.9.0', '1.10.0', '1.10.0-rc.1']) await publish(version, { channel: 'beta' });
    expect(await latest('beta')).toBe('1.10.0');
    expect(await latest('none')).toBeUndefined();
  });

  test('keeps the scheme of its first version, even if that was withdrawn', async () => {
    const { id } = await publish('1.0.0');
    await gateway.services.releases.withdraw(id, 'bad', system);
    await expect(publish('2', { name: 'other' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await publish('2', { name: 'other', channel: 'beta' });
  });

  test('has each version once, even with other build metadata or after it was withdrawn', async () => {
    const { id } = await publish('1.0.0+a');
    await expect(publish('1.0.0+b')).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { field: 'version' },
    });
    await gateway.services.releases.withdraw(id, 'bad', system);
    await expect(publish('1.0.0+a')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('falls back to the newest version that is not withdrawn', async () => {
    const ids: number[] = [];
    for (const version of ['1', '2', '3']) ids.push((await publish(version)).id);
    await gateway.services.releases.withdraw(ids[2] ?? 0, 'bad', system);
    expect(await latest()).toBe('2');
    for (const id of ids.slice(0, 2)) await gateway.services.releases.withdraw(id, 'bad', system);
    expect(await latest()).toBeUndefined();
  });

  test.each(['', 'Stable', 'a b', 'a/b', '-a', 'a\0', 'a'.repeat(33)])(
    'cannot have the name %j',
    async (channel) => {
      await expect(publish('1', { channel })).rejects.toMatchObject({ details: { field: 'channel' } });
      await expect(latest(channel)).rejects.toMatchObject({ details: { field: 'channel' } });
      expect(await inventory(gateway)).toEqual(nothing);
    },
  );
});

test('a package name is unique over all channels', async () => {
  await publish('7');
  await expect(publish('7', { channel: 'beta' })).rejects.toMatchObject({
    code: 'CONFLICT',
    details: { field: 'file' },
  });
});

test('the database enforces unique versions and package names', async () => {
  const columns = await gateway.services.db.em.fork().execute(
    `insert into releases (channel, version, version_form, version_order, package_name, file_name, size, sha256, published_at)
     values ('a', '1', 'INTEGER', '1', 'a-1', 'a', 1, 'x', now()) returning id`,
  );
  expect(columns).toHaveLength(1);
  for (const [channel, name] of [
    ['a', 'b-1'],
    ['b', 'a-1'],
  ]) {
    await expect(
      gateway.services.db.em.fork().execute(
        `insert into releases (channel, version, version_form, version_order, package_name, file_name, size, sha256, published_at)
         values ('${channel}', '1', 'INTEGER', '1', '${name}', 'a', 1, 'x', now())`,
      ),
    ).rejects.toThrow(/unique/);
  }
});

test('content that two versions share stays when a third version with it is refused', async () => {
  await publish('1', { content: 'same' });
  await publish('2', { content: 'same' });
  await expect(publish('2', { content: 'same' })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await inventory(gateway)).toMatchObject({ packages: [sha256('same')], releases: 2 });
});

test('a release that cannot be committed leaves nothing behind', async () => {
  await gateway.services.db.em.execute(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'not today'; end $$;
    create constraint trigger refuse after insert on releases deferrable initially deferred
      for each row execute function refuse();`);
  await expect(publish('1')).rejects.toThrow('not today');
  expect(await inventory(gateway)).toEqual(nothing);
});

test('a package that cannot be stored leaves no release', async () => {
  // A file takes the place of the folder for packages.
  await writeFile(join(gateway.services.config.DATA_DIR, 'packages'), '');
  await expect(publish('1')).rejects.toThrow();
  await rm(join(gateway.services.config.DATA_DIR, 'packages'));
  expect(await inventory(gateway)).toEqual(nothing);
});

test.each(['', ' ', 'x'.repeat(10_001), 'a\0'])(
  'a release cannot be withdrawn with the reason %j',
  async (reason) => {
    const { id } = await publish('1');
    await expect(gateway.services.releases.withdraw(id, reason, system)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
    });
  },
);

describe('the sweep', () => {
  test('removes what crashed uploads left behind more than a day ago, and nothing else', async () => {
    await publish('1', { content: 'published' });
    await receive('never published');
    await (await receive('stored, but never committed')).publish();
    const everything = await inventory(gateway);
    await gateway.services.releases.sweep();
    expect(await inventory(gateway)).toEqual(everything);

    gateway.clock.advance(DAY + 60_000);
    await gateway.services.releases.sweep();
    expect(await inventory(gateway)).toMatchObject({ uploads: [], packages: [sha256('published')] });
  });

  test('waits for a publication that is about to use the content that it would remove', async () => {
    const orphan = await receive('the content');
    await orphan.publish();
    const old = new Date(gateway.clock.now - 2 * DAY);
    const staged = await receive('the content');
    const path = join(gateway.services.config.DATA_DIR, 'packages', staged.sha256.slice(0, 2), staged.sha256);
    await utimes(path, old, old);
    // The latest moment at which no release uses the content.
    let sweeping: Promise<void> | undefined;
    const publish = async () => {
      sweeping = gateway.services.releases.sweep();
      await eventually(async () => (await lockWaiters(gateway)) === 1);
      await staged.publish();
    };
    await gateway.services.releases.publish(
      { name: 'app.zip', staged: { ...staged, publish } },
      { version: '1', channel: 'stable', notes: null, sha256: null },
      system,
    );
    await sweeping;
    expect(await inventory(gateway)).toMatchObject({ packages: [staged.sha256], releases: 1 });
  });
});
