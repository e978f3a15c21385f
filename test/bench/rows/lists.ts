import { withClient } from '../../support/database.ts';
import { fillLists } from '../support/list-rows.ts';
import { graphqlRequest } from '../support/load/graphql-request.ts';
import { compareRequests } from '../support/load/http-row.ts';
import { record } from '../support/load/recorded.ts';
import { type Figure, GATEHOUSE } from '../support/report/figure.ts';
import { type Row, scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { startPeer } from '../support/servers/server.ts';

const FIRST = 20;

interface List {
  readonly field: string;
  /** What is selected of each node, for the name of the figure. */
  readonly with?: string;
  readonly args?: string;
  readonly node: string;
  /** The same nodes, and one more, as bare `pg` reads them. */
  readonly sql: string;
}

const user = (alias: string) => `json_build_object('id', 'user_' || ${alias}.id, 'login', ${alias}.username)`;

const userColumns = `'user_' || id as id, username as login, name, nickname, email, created_at as "createdAt"`;

const lists: readonly List[] = [
  {
    field: 'users',
    node: 'id login name nickname email createdAt',
    sql: `select ${userColumns} from users order by users.id limit 21`,
  },
  {
    field: 'users',
    with: 'roles',
    node: 'id login name nickname email createdAt roles { code }',
    sql: `select ${userColumns},
        (select json_agg(json_build_object('code', code) order by roles.id) from user_roles
         join roles on roles.id = role_id where user_id = users.id) as roles
      from users order by users.id limit 21`,
  },
  {
    field: 'devices',
    with: 'owner',
    node: 'id clientId name api clientVersion online firstSeenAt user { id login }',
    sql: `select 'device_' || devices.id as id, client_id as "clientId", devices.name, upper(door) as api,
        client_version as "clientVersion", online, first_seen_at as "firstSeenAt", ${user('users')} as user
      from devices join users on users.id = user_id order by devices.id limit 21`,
  },
  {
    field: 'sessions',
    with: 'user',
    args: ', filter: { api: UPGRADE }',
    node: 'id api deviceModel clientVersion address createdAt user { id login }',
    sql: `select 'session_' || sessions.id as id, upper(door) as api, device_model as "deviceModel",
        client_version as "clientVersion", address, sessions.created_at as "createdAt", ${user('users')} as user
      from sessions join users on users.id = user_id
      where revoked_at is null and expires_at > now() and door = 'upgrade'
      order by sessions.created_at desc, sessions.id desc limit 21`,
  },
  {
    field: 'auditLog',
    with: 'actor',
    node: 'id at action address detail actor { id login }',
    sql: `select 'auditEntry_' || audit_entries.id as id, at, upper(translate(action, '.-', '__')) as action, address,
        detail, ${user('users')} as actor
      from audit_entries left join users on users.id = actor_id order by audit_entries.id desc limit 21`,
  },
  {
    field: 'releases',
    with: 'uploader',
    node: 'id version channel fileName size sha256 publishedAt uploader { id login }',
    sql: `select 'release_' || releases.id as id, version, channel, file_name as "fileName", size::int, sha256,
        published_at as "publishedAt", ${user('users')} as uploader
      from releases join users on users.id = uploader_id order by channel, version_order desc limit 21`,
  },
];

const queryOf = ({ field, args = '', node }: List): string =>
  `{ ${field}(first: ${FIRST}${args}) { edges { node { ${node} } } pageInfo { hasNextPage } } }`;

export const listRow: Row = {
  name: 'lists',
  description: 'Pages of 20 from the database, beside bare pg and GraphQL servers that use MikroORM.',
  async measure({ cluster, profile }) {
    await using gateway = await startGateway(cluster);
    const { server, databaseUrl, admin } = gateway;
    await withClient(databaseUrl, fillLists);
    await gateway.addMembers(100);
    const options = {
      token: admin.token,
      user: { id: `user_${admin.userId}`, login: admin.username },
      databaseUrl,
    };
    await using mercurius = await startPeer('mercurius.ts', options);
    await using apollo = await startPeer('apollo.ts', options);
    await using yoga = await startPeer('yoga.mjs', options);
    const figures: Figure[] = [];
    for (const list of lists) {
      const requestTo = (url: string) => graphqlRequest(url, admin.token, queryOf(list));
      const answer = await record(server.url, requestTo(server.url));
      const { field, sql } = list;
      await using pg = await startPeer('pg.ts', { databaseUrl, sql, list: field, first: FIRST });
      const servers = { pg, 'Mercurius + JIT': mercurius, Apollo: apollo, Yoga: yoga, [GATEHOUSE]: server };
      const count = scaled(profile, 400, 2);
      figures.push({
        work: `${field}(first: ${FIRST})${list.with ? `, with ${list.with}` : ''}`,
        unit: 'µs',
        samples: await compareRequests(servers, requestTo, answer, { profile, count }),
        goal: { atMost: 0.5, times: 'Mercurius + JIT' },
      });
    }
    return figures;
  },
};
