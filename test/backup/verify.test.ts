import { appendFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openStorage } from '../../src/adapters/storage/index.js';
import { backUp } from '../../src/backup/backup.js';
import type { Installation } from '../../src/backup/installation/installation.js';
import { verifyInstallation } from '../../src/backup/verify/verify.js';
import { openDatabase } from '../../src/database/database.js';
import { entities } from '../../src/entities.js';
import { createEmptyDatabase, withClient } from '../support/database.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { PASSWORD } from '../support/password.js';
import { publishRelease, sha256 } from '../support/releases.js';

const system = { userId: null, address: null };

let gateway: TestGateway;
let installation: Installation;
beforeAll(async () => {
  gateway = await startGateway();
  const { db, config } = gateway.services;
  const storage = await openStorage(config.STORAGE);
  installation = { db, url: gateway.databaseUrl, storage, dataDir: config.DATA_DIR };
  await gateway.createUser({ username: '13911113333', phone: '13800138000', password: PASSWORD });
  await gateway.createUser({ phone: '13800138001' });
  await publishRelease(gateway, '1.0.0');
  const withdrawn = await publishRelease(gateway, '2.0.0');
  await gateway.services.releases.withdraw(withdrawn.id, 'broken', system);
});
afterAll(() => gateway.close());

async function verify(verified = installation): Promise<string[]> {
  const { signal } = new AbortController();
  const findings: string[] = [];
  const found = verifyInstallation(verified, { onStart: () => {}, onRead: () => {}, signal });
  for await (const { kind, text } of found) findings.push(`${kind}: ${text}`);
  return findings;
}

test('an installation is consistent', async () => {
  expect(await verify()).toEqual([]);
});

test.each([
  [
    'device_counts has other numbers than devices',
    "insert into device_counts (door, online, devices) values ('graphql', true, 1)",
    'delete from device_counts',
  ],
  [
    'users have other login names than their username and phone (2 times)',
    "update login_names set name = 'x' || name, user_id = (select max(id) from users) where kind = 'username'",
    "update login_names set name = substr(name, 2), user_id = (select min(id) from users) where kind = 'username'",
  ],
  [
    'releases lack the event of their publication or withdrawal (2 times)',
    'create table kept as select * from release_events; truncate release_events',
    'insert into release_events select * from kept; drop table kept',
  ],
  [
    'login_names has rows whose user_id is not in users (3 times)',
    'alter table login_names disable trigger all; update login_names set user_id = user_id + 1000',
    'update login_names set user_id = user_id - 1000; alter table login_names enable trigger all',
  ],
  [
    'the next id of users is in use already',
    "select setval('users_id_seq', 1)",
    "select setval('users_id_seq', (select max(id) from users))",
  ],
  [
    'the trigger devices_insert_counts of devices is disabled',
    'alter table devices disable trigger devices_insert_counts',
    'alter table devices enable trigger devices_insert_counts',
  ],
  [
    'the schema lacks: alter table "devices" add "notes" text null;',
    'alter table devices drop column notes',
    'alter table devices add column notes text',
  ],
  [
    'The database is of a newer version of Gatehouse: it has the migration Later20300101',
    "insert into migrations (name) values ('Later20300101')",
    "delete from migrations where name = 'Later20300101'",
  ],
])('finds that %s', async (problem, damage, repair) => {
  await withClient(gateway.databaseUrl, (client) => client.query(damage));
  expect(await verify()).toContain(`problem: ${problem}`);
  await withClient(gateway.databaseUrl, (client) => client.query(repair));
});

test('finds nothing but the schema where it is not that of this version', async () => {
  const empty = await createEmptyDatabase();
  const { storage, dataDir } = installation;
  const db = await openDatabase(empty.url, entities);
  expect(await verify({ db, url: empty.url, storage, dataDir })).toEqual([
    'problem: The database has no tables: start the gateway first',
  ]);
  await db.close(true);
  await empty.drop();
});

const [first, second] = ['1.0.0', '2.0.0'].map((version) => sha256(`package ${version}`)) as [string, string];
const pathOf = (digest: string) => join(installation.dataDir, 'packages', digest.slice(0, 2), digest);

test('finds packages that are missing, damaged or of no release', async () => {
  await rm(pathOf(first));
  await appendFile(pathOf(second), 'more');
  const unused = sha256('unused');
  await mkdir(join(pathOf(unused), '..'), { recursive: true });
  await writeFile(pathOf(unused), 'unused');
  expect(await verify()).toEqual([
    expect.stringMatching(
      `^problem: Release stable 1\\.0\\.0: the package ${first} cannot be read \\(ENOENT.*`,
    ),
    `problem: Release stable 2.0.0: the package ${second} is longer than 13 bytes`,
    `note: the package ${unused} is of no release`,
  ]);
  await writeFile(pathOf(second), 'package 2.0.1');
  expect(await verify()).toContain(
    `problem: Release stable 2.0.0: the package ${second} has another SHA-256`,
  );
});

test('makes no backup without all packages', async () => {
  const options = {
    file: join(installation.dataDir, 'incomplete'),
    overwrites: false,
    passphrase: null,
    version: '0.1.0',
    signal: new AbortController().signal,
    actor: system,
  };
  await expect(backUp(installation, options, { onStart: () => {}, onAdd: () => {} })).rejects.toThrow(
    /^No backup was made, since the package [\da-f]{64} .*\. gatehouse verify lists all problems\.$/,
  );
  expect((await readdir(installation.dataDir)).filter((name) => name.includes('incomplete'))).toEqual([]);
});
