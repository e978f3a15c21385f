/**
 * The lists of the GraphQL peers: `find` of MikroORM on the entities of the gateway, with the relations that the query
 * selects.
 */
import 'reflect-metadata';
import { MikroORM } from '@mikro-orm/postgresql';
import type * as auditEntries from '../../../src/audit/audit-entry.entity.js';
import type * as options from '../../../src/database/connections/orm-options.js';
import type * as devices from '../../../src/devices/device.entity.js';
import type * as all from '../../../src/entities.js';
import type * as releases from '../../../src/releases/release.entity.js';
import type * as sessions from '../../../src/sessions/session.entity.js';
import type * as users from '../../../src/users/user.entity.js';
import { importBuilt } from '../support/servers/built.ts';

const { ormOptions } = await importBuilt<typeof options>('database/connections/orm-options.js');
const { entities } = await importBuilt<typeof all>('entities.js');
const { AuditEntry } = await importBuilt<typeof auditEntries>('audit/audit-entry.entity.js');
const { Device } = await importBuilt<typeof devices>('devices/device.entity.js');
const { Release } = await importBuilt<typeof releases>('releases/release.entity.js');
const { Session } = await importBuilt<typeof sessions>('sessions/session.entity.js');
const { User } = await importBuilt<typeof users>('users/user.entity.js');

export interface ListArguments {
  readonly first: number;
}

/** @param selects whether the query selects a field of this name. */
type List = (args: ListArguments, selects: (field: string) => boolean) => Promise<Connection>;

interface Connection {
  readonly edges: readonly { readonly node: object }[];
  readonly pageInfo: { readonly hasNextPage: boolean };
}

function toConnection(rows: readonly object[], { first }: ListArguments): Connection {
  const edges = rows.slice(0, first).map((node) => ({ node }));
  return { edges, pageInfo: { hasNextPage: rows.length > first } };
}

/** @returns resolvers of the queries, and of the fields whose values the entities do not have as such. */
export async function openLists(databaseUrl: string) {
  const orm = await MikroORM.init({ ...ormOptions(databaseUrl, entities), logger: () => {} });
  const queries: Record<string, List> = {
    users: async (args, selects) =>
      toConnection(
        await orm.em
          .fork()
          .find(
            User,
            {},
            { orderBy: { id: 'asc' }, limit: args.first + 1, populate: selects('roles') ? ['roles'] : [] },
          ),
        args,
      ),
    devices: async (args) =>
      toConnection(
        await orm.em
          .fork()
          .find(Device, {}, { orderBy: { id: 'asc' }, limit: args.first + 1, populate: ['user'] }),
        args,
      ),
    sessions: async (args) =>
      toConnection(
        await orm.em
          .fork()
          .find(
            Session,
            { revokedAt: null, expiresAt: { $gt: new Date() }, api: 'upgrade' },
            { orderBy: { createdAt: 'desc', id: 'desc' }, limit: args.first + 1, populate: ['user'] },
          ),
        args,
      ),
    auditLog: async (args) => {
      const em = orm.em.fork();
      const rows = await em.find(AuditEntry, {}, { orderBy: { id: 'desc' }, limit: args.first + 1 });
      const actors = await em.find(User, { id: { $in: rows.map(({ actorId }) => actorId) } });
      const byId = new Map(actors.map((actor) => [actor.id, actor]));
      const entries = rows.map(({ id, at, action, address, detail, actorId }) => ({
        ...{ id, at, action, address, detail },
        actor: actorId === null ? null : byId.get(actorId),
      }));
      return toConnection(entries, args);
    },
    releases: async (args) =>
      toConnection(
        await orm.em.fork().find(
          Release,
          {},
          {
            orderBy: { channel: 'asc', versionOrder: 'desc' },
            limit: args.first + 1,
            populate: ['uploader'],
          },
        ),
        args,
      ),
  };
  return { queries, fields };
}

interface Row {
  readonly id: number | string;
  readonly username: string;
  readonly api: string;
  readonly action: string;
}

const nodeId = (type: string) => (row: Row) => `${type}_${row.id}`;

const fields = {
  User: { id: nodeId('user'), login: ({ username }: Row) => username },
  Device: { id: nodeId('device'), api: ({ api }: Row) => api.toUpperCase() },
  Session: { id: nodeId('session'), api: ({ api }: Row) => api.toUpperCase() },
  Release: { id: nodeId('release') },
  AuditEntry: {
    id: nodeId('auditEntry'),
    action: ({ action }: Row) => action.replace(/[.-]/g, '_').toUpperCase(),
  },
};
