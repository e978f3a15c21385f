import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import pg from 'pg';
import { nodeId } from '../../src/database/node-id.js';
import { graphqlSessionPolicy } from '../../src/graphql/session-policy.js';
import { openSession } from '../support/callers.js';
import { ask } from '../support/clients/client.js';
import { connect, watch } from '../support/clients/live.js';
import { withClient } from '../support/database.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import * as op from '../support/operations.js';

let gateway: TestGateway;
let host: string;
let admin: string;
let adminId: string;
const clients: { dispose(): unknown }[] = [];
beforeAll(async () => {
  gateway = await startGateway();
  host = await gateway.listen();
  await gateway.createUser({ username: 'root', roles: ['ADMIN'] });
  const { accessToken, user } = await openSession(gateway, 'root', graphqlSessionPolicy);
  admin = accessToken;
  adminId = nodeId('user', user.id);
});
afterAll(async () => {
  for (const client of clients) await client.dispose();
  await gateway.close();
});

let since: string;
beforeEach(async () => {
  since = (await ask(gateway, op.AuditLogDocument, { withCursor: true, first: 1 }, admin)).auditCursor ?? '';
});

const insert = 'insert into audit_entries (at, action, actor_id, detail) select now(), $1, $2, $3';
const run = (sql: string, params: readonly unknown[]) =>
  withClient(gateway.databaseUrl, (client) => client.query(sql, [...params]));
async function record(detail: string, action = 'backup.create', actor: number | null = null) {
  await run(insert, [action, actor, detail]);
  await gateway.services.auditTail.poll();
}

function follow(from: string | null, filter: op.AuditFilter = {}) {
  const client = connect(host, admin);
  clients.push(client);
  const events = watch(client, op.AuditEntriesAddedDocument, { since: from, filter });
  return {
    /** The details of the entries of the next event, and its cursor. */
    async next() {
      const event = (await events.next())?.auditEntriesAdded;
      return { details: event?.entries.map(({ detail }) => detail), cursor: event?.cursor ?? '' };
    },
    stop: () => events.stop(),
  };
}

test('a subscriber receives entries as they are recorded, and resumes without a gap', async () => {
  await record('one');
  const first = follow(since);
  const { details, cursor } = await first.next();
  expect(details).toEqual(['one']);
  await record('two');
  expect((await first.next()).details).toEqual(['two']);
  await first.stop();
  await record('three');
  expect((await follow(cursor).next()).details).toEqual(['two', 'three']);
});

test('an entry whose transaction commits late is received, once', async () => {
  const slow = new pg.Client({ connectionString: gateway.databaseUrl });
  await slow.connect();
  try {
    await slow.query('begin');
    await slow.query(insert, ['backup.create', null, 'late']);
    await record('early');
    const subscriber = follow(since);
    const { details, cursor } = await subscriber.next();
    expect(details).toEqual(['early']);
    await slow.query('commit');
    await gateway.services.auditTail.poll();
    expect((await subscriber.next()).details).toEqual(['late']);
    expect((await follow(cursor).next()).details).toEqual(['late']);
  } finally {
    await slow.end();
  }
});

test('a subscriber receives only the entries that its filter selects', async () => {
  await record('by the system');
  await record('by root', 'release.publish', Number(adminId.replace('user_', '')));
  const filters: op.AuditFilter[] = [
    { actorId: adminId },
    { category: 'RELEASE' },
    { search: 'ROOT' },
    { search: 'RELEASE_PUBLISH' },
    { actions: ['RELEASE_PUBLISH'], from: new Date(0).toISOString() },
  ];
  for (const filter of filters) expect((await follow(since, filter).next()).details).toEqual(['by root']);
});

test('many entries of one moment arrive in events of at most 100', async () => {
  await run(`${insert} || ' ' || n from generate_series(1, 250) n`, ['backup.create', null, 'many']);
  const subscriber = follow(since);
  const sizes = [];
  for (let event = 0; event < 3; event++) sizes.push((await subscriber.next()).details?.length);
  expect(sizes).toEqual([100, 100, 50]);
});

test.each([
  ['nothing', 'nonsense'],
  ['another stream', Buffer.from('release:7').toString('base64url')],
  ['another database', Buffer.from('audit-00000000:7.1').toString('base64url')],
])('refuses a cursor of %s', async (_of, cursor) => {
  await expect(follow(cursor).next()).rejects.toThrow('INVALID_INPUT');
});
