import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type pg from 'pg';
import { execute, post } from '../../nodes/support/fleet-api.js';
import { download } from '../../nodes/support/packages.js';
import { withClient } from '../../support/database.js';
import { eventually } from '../../support/eventually.js';
import * as op from '../../support/operations.js';
import { type Acts, verifyCode } from './clients.js';
import type { Installation } from './installation.js';

/** What must be true of every database, whenever its gateway was killed: each statement selects what is wrong. */
const rules: Readonly<Record<string, string>> = {
  'The counts of devices are right.': `
    select * from (select door, coalesce(client_version, '') as version, online, count(*) as devices from devices where retired_at is null group by 1, 2, 3) actual
      full join (select door, coalesce(client_version, '') as version, online, sum(devices) as devices from device_counts
        group by 1, 2, 3 having sum(devices) <> 0) counted using (door, version, online)
    where actual.devices is distinct from counted.devices`,
  'A device is in the state of its last transition.': `
    select client_id, online from devices where online is distinct from (
      select presence_events.online from presence_events where device_id = devices.id order by id desc limit 1)`,
  'The transitions of a device alternate.': `
    select * from (select device_id, online, lag(online) over (partition by device_id order by id) as before
      from presence_events) transitions where online = coalesce(before, false)`,
  'A release has one event and one audit entry.': `
    select version from releases where
      1 <> (select count(*) from release_events where release_id = releases.id and type = 'PUBLISHED') or
      1 <> (select count(*) from audit_entries where action = 'release.publish' and target = 'release_' || releases.id)`,
  'A release that is withdrawn has one event and one audit entry, and no other has.': `
    select version from releases where
      (withdrawn_at is not null)::int <> (select count(*) from release_events where release_id = releases.id and type = 'WITHDRAWN') or
      (withdrawn_at is not null)::int <> (select count(*) from audit_entries where action = 'release.withdraw' and target = 'release_' || releases.id)`,
  'An account has its names and one audit entry.': `
    select username from users where
      not exists (select from login_names where user_id = users.id) or
      1 <> (select count(*) from audit_entries where action = 'user.create' and target = 'user_' || users.id)`,
  'The audit log has one entry for each session.': `
    select * from (select count(*) as opened from sessions) sessions,
      (select count(*) as audited from audit_entries where action = 'session.open') entries where opened <> audited`,
  'The audit log has one entry for each revoked session.': `
    select * from (select count(*) as revoked from sessions where revoked_at is not null) sessions,
      (select count(*) as audited from audit_entries where action in ('session.revoke', 'session.close')) entries
    where revoked <> audited`,
  'A scan ticket that was redeemed has opened one session, and no other has.': `
    select device_id, scan_state from captchas where type = 'SCAN' and (scan_state = 'REDEEMED')::int <>
      (select count(*) from sessions where sessions.device_id = captchas.device_id)`,
  'A code of an SMS has opened at most one session, and none before it was used.': `
    select subject from captchas where type = 'SMS' and (consumed_at is not null)::int <
      (select count(*) from sessions where sessions.device_id = captchas.device_id)`,
  'Sequences are ahead of the ids.': `
    select last_value, newest from users_id_seq, (select max(id) as newest from users) users where last_value < newest
    union all select last_value, newest from devices_id_seq, (select max(id) as newest from devices) devices where last_value < newest
    union all select last_value, newest from releases_id_seq, (select max(id) as newest from releases) releases where last_value < newest`,
};

/** @returns a sentence for each thing that is wrong after the gateway has started again. */
export async function violationsOf(installation: Installation, acts: Acts): Promise<string[]> {
  const { host } = installation;
  return withClient(await installation.databaseUrl(), async (client) => {
    return [
      ...(await brokenRules(client)),
      ...(await lostRows(client, 'devices', 'client_id', acts.devices)),
      ...(await lostRows(client, 'users', 'username', acts.registered)),
      ...(await lostWithdrawals(client, acts)),
      ...(await wrongTokens(host, acts)),
      ...(await wrongPackages(host, acts)),
      ...(await leftovers(installation, client)),
    ];
  });
}

async function brokenRules(client: pg.Client): Promise<string[]> {
  const found: string[] = [];
  for (const [rule, sql] of Object.entries(rules)) {
    const { rows } = await client.query(sql);
    if (rows.length > 0) found.push(`Not true: ${rule} ${JSON.stringify(rows.slice(0, 3))}`);
  }
  return found;
}

async function lostRows(
  client: pg.Client,
  table: string,
  column: string,
  values: readonly string[],
): Promise<string[]> {
  const { rows } = await client.query<{ value: string; count: number }>(
    `select value, count(${column})::int as count from unnest($1::text[]) as given(value)
       left join ${table} on ${column} = value group by value having count(${column}) <> 1`,
    [values],
  );
  return rows.map(({ value, count }) => `${table} has ${count} rows for ${value}.`);
}

async function lostWithdrawals(client: pg.Client, { withdrawn }: Acts): Promise<string[]> {
  const { rows } = await client.query<{ version: string }>(
    'select version from releases where version = any($1) and withdrawn_at is null',
    [withdrawn],
  );
  return rows.map(({ version }) => `The withdrawal of version ${version} is lost.`);
}

async function wrongTokens(host: string, { valid, revoked }: Acts): Promise<string[]> {
  const isValid = async (token: string) =>
    (await post(host, '/api/heart/check', {}, { authorization: token, 'x-device-id': 'check' })).status !==
    401;
  const found: string[] = [];
  for (const token of valid) if (!(await isValid(token))) found.push('A session was lost.');
  for (const token of revoked) if (await isValid(token)) found.push('A revoked session is valid again.');
  return found;
}

async function wrongPackages(host: string, { released }: Acts): Promise<string[]> {
  const found: string[] = [];
  for (const [version, sha256] of released) {
    const content = await download(host, version);
    const hash = createHash('sha256').update(content).digest('hex');
    if (hash !== sha256) found.push(`The package of version ${version} is lost.`);
  }
  return found;
}

/** Waits for the sweep of the start. */
async function leftovers(installation: Installation, client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ sha256: string }>('select sha256 from releases order by sha256');
  const expected = rows.map(({ sha256 }) => sha256);
  const stored = async () => (await installation.packageFiles()).map((path) => basename(path)).toSorted();
  await eventually(async () => (await stored()).length <= expected.length).catch(() => {});
  const files = await stored();
  return [
    ...files
      .filter((name) => !expected.includes(name))
      .map((name) => `The file ${name} belongs to no release.`),
    ...expected.filter((name) => !files.includes(name)).map((name) => `The package ${name} is missing.`),
  ];
}

/** Redeems the tickets that were approved before the kill, at once and twice. @returns what is wrong. */
export async function redeemAgain(host: string, { scans }: Acts): Promise<string[]> {
  const found: string[] = [];
  for (const [deviceId, { ticket, approved, redeemed }] of scans) {
    if (!approved) continue;
    const redeem = () =>
      execute(host, op.LoginWithScanDocument, { input: { ticket, deviceId } }).then(
        () => true,
        () => false,
      );
    const answers = await Promise.all([redeem(), redeem()]);
    const logins = answers.filter(Boolean).length;
    if (redeemed ? logins > 0 : logins > 1) found.push(`The ticket of ${deviceId} was redeemed again.`);
  }
  return found;
}

/** Logs in with the codes that were sent before the kill, at once and twice. @returns what is wrong. */
export async function answerCodesAgain(host: string, { codes }: Acts): Promise<string[]> {
  const found: string[] = [];
  for (const [deviceId, { phone, used }] of codes) {
    const logIn = async () => (await verifyCode(host, deviceId, phone)).status === 200;
    const logins = (await Promise.all([logIn(), logIn()])).filter(Boolean).length;
    if (used ? logins > 0 : logins > 1) found.push(`The code of ${phone} was used again.`);
  }
  return found;
}
