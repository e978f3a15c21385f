import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { nodeId } from '../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { openSession } from '../support/callers.js';
import { ask, refusal } from '../support/clients/client.js';
import { withClient } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';

let gateway: TestGateway;
let host: string;
beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  await run(
    `insert into devices (user_id, client_id, door, name, display_name, tags, online, first_seen_at, last_seen_at)
     select id, 'serial-' || n, 'bms', 'Tablet ' || n, case n when 3 then '=cmd()' when 4 then '教室, "A"' end,
       case when n % 2 = 0 then '{spare}'::text[] else '{}' end, false, now(), now()
     from users, generate_series(1, 5) n where username = 'root'`,
  );
});
afterAll(() => gateway.close());

const run = (sql: string, params: readonly unknown[] = []) =>
  withClient(gateway.databaseUrl, (client) => client.query(sql, [...params]));

let people = 0;
/** A caller of its own, since downloads are limited by user. */
async function caller(...roles: string[]) {
  people += 1;
  const { id } = await gateway.createUser({ username: `person ${people}`, roles });
  const { accessToken, session } = await openSession(gateway, `person ${people}`, graphqlSessionPolicy);
  return { id, token: accessToken, sessionId: session.id };
}

const pathOf = ({ url }: { url: string }) => new URL(url).pathname;
const get = (path: string) => fetch(`http://${host}${path}`);

async function exportDevices(token: string, input: op.ExportDevicesInput) {
  return pathOf((await ask(gateway, op.ExportDevicesDocument, { input }, token)).exportDevices.download);
}

async function exportAudit(token: string, input: op.ExportAuditLogInput) {
  return pathOf((await ask(gateway, op.ExportAuditLogDocument, { input }, token)).exportAuditLog.download);
}

test('exports the devices that a filter selects, in the order of the list', async () => {
  const { token } = await caller('ADMIN');
  const orderBy = { field: 'NAME', direction: 'DESC' } as const;
  const response = await get(
    await exportDevices(token, { filter: { tags: ['spare'] }, orderBy, byteOrderMark: true }),
  );
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename=devices-[\d-]+\.csv$/);
  expect(response.headers.get('cache-control')).toBe('no-store');
  const bytes = Buffer.from(await response.arrayBuffer());
  expect(bytes.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
  const [header, ...rows] = bytes.subarray(3).toString().split('\r\n');
  expect(header).toMatch(/^id,clientId,name,displayName,ownerId,owner,tags,/);
  expect(rows.map((row) => row.split(',').slice(1, 4).join())).toEqual([
    'serial-4,Tablet 4,"教室',
    'serial-2,Tablet 2,',
    '',
  ]);
});

test('guards spreadsheets against formulas, and gives programs the exact text', async () => {
  const { token } = await caller('ADMIN');
  const filter = { search: 'serial-3' };
  expect(await (await get(await exportDevices(token, { filter }))).text()).toContain(",'=cmd(),");
  const lines = await (await get(await exportDevices(token, { filter, format: 'JSON_LINES' }))).text();
  expect(
    lines
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toEqual([expect.objectContaining({ displayName: '=cmd()', owner: 'root', tags: [], online: false })]);
});

test('exports accounts with their roles, and the audit log with its actors', async () => {
  const { token, id } = await caller('ADMIN');
  const input = { search: `person ${people}`, kind: 'PERSON', format: 'JSON_LINES' } as const;
  const users = pathOf((await ask(gateway, op.ExportUsersDocument, { input }, token)).exportUsers.download);
  expect(JSON.parse(await (await get(users)).text())).toMatchObject({
    id: nodeId('user', id),
    roles: ['ADMIN'],
  });
  const audit = await exportAudit(token, { filter: { actorId: nodeId('user', id) }, format: 'JSON_LINES' });
  const [latest = ''] = (await (await get(audit)).text()).split('\n');
  expect(JSON.parse(latest)).toMatchObject({
    ...{ action: 'USER_EXPORT', actor: `person ${people}`, detail: 'JSON_LINES 1' },
  });
});

test('exports to members only their own devices', async () => {
  const { token } = await caller('MEMBER');
  const csv = await (await get(await exportDevices(token, {}))).text();
  expect(csv.trimEnd().split('\r\n')).toHaveLength(1);
  expect(await refusal(gateway, op.ExportUsersDocument, { input: {} }, token)).toBe('FORBIDDEN');
  expect(await refusal(gateway, op.ExportAuditLogDocument, { input: {} }, token)).toBe('FORBIDDEN');
});

test('a link serves once, within a minute, and HEAD does not use it up', async () => {
  const { token } = await caller('ADMIN');
  const path = await exportDevices(token, {});
  expect((await fetch(`http://${host}${path}`, { method: 'HEAD' })).status).toBe(404);
  expect((await get(path)).status).toBe(200);
  expect((await get(path)).status).toBe(404);
  const late = await exportDevices(token, {});
  gateway.clock.now += 60_001;
  expect((await get(late)).status).toBe(404);
  expect((await get('/exports/nonsense')).status).toBe(404);
});

test('a link is refused once its session has ended or lost the permission', async () => {
  const ended = await caller('ADMIN');
  const path = await exportAudit(ended.token, {});
  await ask(gateway, op.LogoutDocument, { input: {} }, ended.token);
  expect((await get(path)).status).toBe(401);
  const demoted = await caller('ADMIN');
  const other = await exportAudit(demoted.token, {});
  await run('delete from user_roles where user_id = $1', [demoted.id]);
  expect((await get(other)).status).toBe(403);
});

test('a download is aborted when its session ends, and closes when its client leaves', async () => {
  // More than the buffers of both sockets hold.
  await run(
    `insert into devices (user_id, door, notes, online, first_seen_at, last_seen_at)
     select id, 'bms', repeat('x', 2000), false, now(), now() from users, generate_series(1, 8000)
     where username = 'root'`,
  );
  const { token, sessionId } = await caller('ADMIN');
  const first = await get(await exportDevices(token, {}));
  const second = await get(await exportDevices(token, {}));
  const third = await get(await exportDevices(token, {}));
  expect([first.status, second.status, third.status]).toEqual([200, 200, 429]);
  await second.body?.cancel();
  await eventually(async () => {
    const next = await get(await exportDevices(token, {}));
    await next.body?.cancel();
    return next.status === 200;
  });
  await run('update sessions set revoked_at = now() where id = $1', [sessionId]);
  await expect(first.text()).rejects.toThrow('terminated');
});

test('limits the exports of a user within an hour', async () => {
  const { token } = await caller('ADMIN');
  for (let started = 0; started < 60; started++) await exportDevices(token, {});
  expect(await refusal(gateway, op.ExportDevicesDocument, { input: {} }, token)).toBe('THROTTLED');
});
