import { rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { NewRelease } from '../../src/releases/new-release.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { lockWaiters } from '../support/locks.js';
import { inventory, nothing, sha256 } from '../support/releases.js';

const DAY = 86_400_000;
const system = { userId: null, address: null };
let gateway: TestGateway;
beforeEach(async () => {
  gateway = await startGateway();
});
afterEach(() => gateway.close());

const receive = (content: string) => gateway.services.releases.receive(Readable.from([Buffer.from(content)]));
const publish = async (
  version: string,
  change: Partial<NewRelease & { name: string; content: string }> = {},
) => {
  const { name = 'app.zip', content = `package ${version}`, ...more } = change;
  const input = { version, channel: 'stable', notes: null, sha256: null, ...more };
  return gateway.services.releases.publish({ name, staged: await receive(content) }, input, system);
};
const latest = async (channel = 'stable') => (await gateway.services.releases.latest(channel))?.version;

describe('of several publications of one version at once', () => {
  test.each([
    ['of different files', (index: number) => ({ name: `app${index}.zip`, content: `${index}` })],
    ['of the same file', () => ({ content: 'same' })],
    [
      'of the same name, in different channels',
      (index: number) => ({ channel: `c${index}`, content: `${index}` }),
    ],
  ])('%s, one wins and the others leave nothing', async (_what, change) => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => publish('7', change(index))),
    );
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
    const lost = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason.code);
    expect(lost).toEqual(Array(7).fill('CONFLICT'));
    const stored = { uploads: [], packages: won.map(({ sha256 }) => sha256), releases: 1, events: 1 };
    expect(await inventory(gateway)).toEqual(stored);
  });
});

describe('a channel', () => {
  test('is as new as its highest version, whatever came last', async () => {
    for (const version of ['9', '1112343', '10']) await publish(version);
    expect(await latest()).toBe('1112343');
    for (const version of ['1.9.0', '1.10.0', '1.10.0-rc.1']) await publish(version, { channel: 'beta' });
    expect(await latest('beta')).toBe('1.10.0');
    expect(await latest('none')).toBeUndefined();
  });

  test('keeps the form of its first version, also when that was withdrawn', async () => {
    const { id } = await publish('1.0.0');
    await gateway.services.releases.withdraw(id, 'bad', system);
    await expect(publish('2', { name: 'other' })).rejects.toMatchObject({ code: 'INVALID_INPUT' });
    await publish('2', { name: 'other', channel: 'beta' });
  });

  test('takes a version once: also where only the build differs, and after it was withdrawn', async () => {
    const { id } = await publish('1.0.0+a');
    await expect(publish('1.0.0+b')).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { field: 'version' },
    });
    await gateway.services.releases.withdraw(id, 'bad', system);
    await expect(publish('1.0.0+a')).rejects.toMatchObject({ code: 'CONFLICT' });
  });

  test('falls back to the newest version that is left', async () => {
    const ids: number[] = [];
    for (const version of ['1', '2', '3']) ids.push((await publish(version)).id);
    await gateway.services.releases.withdraw(ids[2] ?? 0, 'bad', system);
    expect(await latest()).toBe('2');
    for (const id of ids.slice(0, 2)) await gateway.services.releases.withdraw(id, 'bad', system);
    expect(await latest()).toBeUndefined();
  });

  test.each(['', 'Stable', 'a b', 'a/b', '-a', 'a\0', 'a'.repeat(33)])('is not named %j', async (channel) => {
    await expect(publish('1', { channel })).rejects.toMatchObject({ details: { field: 'channel' } });
    await expect(latest(channel)).rejects.toMatchObject({ details: { field: 'channel' } });
    expect(await inventory(gateway)).toEqual(nothing);
  });
});

test('a name taken in one channel is taken in all', async () => {
  await publish('7');
  await expect(publish('7', { channel: 'beta' })).rejects.toMatchObject({
    code: 'CONFLICT',
    details: { field: 'file' },
  });
});

test('the database itself refuses a second release of a version or a name', async () => {
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

test('two versions may have the same content; it stays when a third with it is refused', async () => {
  await publish('1', { content: 'same' });
  await publish('2', { content: 'same' });
  await expect(publish('2', { content: 'same' })).rejects.toMatchObject({ code: 'CONFLICT' });
  expect(await inventory(gateway)).toMatchObject({ packages: [sha256('same')], releases: 2 });
});

test('a release that cannot be committed leaves nothing', async () => {
  await gateway.services.db.em.execute(`
    create function refuse() returns trigger language plpgsql as $$ begin raise 'not today'; end $$;
    create constraint trigger refuse after insert on releases deferrable initially deferred
      for each row execute function refuse();`);
  await expect(publish('1')).rejects.toThrow('not today');
  expect(await inventory(gateway)).toEqual(nothing);
});

test('a file that cannot be kept leaves no release', async () => {
  // Where the folder of packages should be there is a file.
  await writeFile(join(gateway.services.config.DATA_DIR, 'packages'), '');
  await expect(publish('1')).rejects.toThrow();
  await rm(join(gateway.services.config.DATA_DIR, 'packages'));
  expect(await inventory(gateway)).toEqual(nothing);
});

test.each(['', ' ', 'x'.repeat(10_001), 'a\0'])('%j is no reason to withdraw', async (reason) => {
  const { id } = await publish('1');
  await expect(gateway.services.releases.withdraw(id, reason, system)).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
});

describe('the sweep', () => {
  test('removes what killed uploads have left for more than a day, and nothing else', async () => {
    await publish('1', { content: 'published' });
    await receive('half of an upload');
    await (await receive('kept, and killed before the commit')).publish();
    const everything = await inventory(gateway);
    await gateway.services.releases.sweep();
    expect(await inventory(gateway)).toEqual(everything);

    gateway.clock.advance(DAY + 60_000);
    await gateway.services.releases.sweep();
    expect(await inventory(gateway)).toMatchObject({ uploads: [], packages: [sha256('published')] });
  });

  test('waits for a publication that is about to name what it would remove', async () => {
    const orphan = await receive('the content');
    await orphan.publish();
    const old = new Date(gateway.clock.now - 2 * DAY);
    const staged = await receive('the content');
    const path = join(
      gateway.services.config.DATA_DIR,
      'packages',
      staged.sha256.slice(0, 2),
      staged.sha256,
    );
    await utimes(path, old, old);
    // Sweeps at the latest moment at which the content has no name yet.
    const keep = staged.publish;
    let sweeping: Promise<void> | undefined;
    const kept = jest.fn(async () => {
      sweeping = gateway.services.releases.sweep();
      await eventually(async () => (await lockWaiters(gateway)) === 1);
      await keep();
    });
    await gateway.services.releases.publish(
      { name: 'app.zip', staged: { ...staged, publish: kept } },
      { version: '1', channel: 'stable', notes: null, sha256: null },
      system,
    );
    await sweeping;
    expect(await inventory(gateway)).toMatchObject({ packages: [staged.sha256], releases: 1 });
  });
});
