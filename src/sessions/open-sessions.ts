import type { QBFilterQuery } from '@mikro-orm/postgresql';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { PropertyOf } from '../database/queries/columns.js';
import { conditionOf } from '../database/queries/filter.js';
import { firstRows, type ListOrder, type Page, type PageRequest } from '../database/queries/page.js';
import { countsByParent, pagesByParent } from '../database/queries/pages-by-parent.js';
import { pageQuery, readPage } from '../database/queries/read-page.js';
import { countRows, type Row, readRows } from '../database/queries/rows.js';
import { type Api, Session, type SessionKind } from './session.entity.js';

/** Latest first. */
export const sessionOrder: ListOrder = {
  name: 'sessions',
  keys: [
    { property: 'createdAt', direction: 'desc', type: 'time' },
    { property: 'id', direction: 'desc', type: 'uuid' },
  ],
};

/** Omitted and null fields match everything. */
export interface SessionFilter {
  readonly userId?: number | null;
  readonly api?: Api | null;
  readonly kind?: SessionKind | null;
  /** Part of what the client said about itself, or of its address: of the newest sessions, see `SEARCHED_SESSIONS`. */
  readonly client?: string | null;
  /** Sessions of a device: those whose login named it, and the one whose heartbeats count for it. */
  readonly device?: SessionDevice | null | undefined;
}

/**
 * The newest sessions that a search of clients compares, among those that the rest of the filter selects. The texts have no
 * index, which most uses of a session would have to update.
 */
export const SEARCHED_SESSIONS = 5000;

/** The device whose sessions are selected. */
export interface SessionDevice {
  readonly userId: number;
  /** Chosen by the device; null if it has none. */
  readonly clientId: string | null;
  /** The session whose heartbeats count for the device. */
  readonly sessionId: string | null;
}

/** Lists the sessions that have not ended. */
export class OpenSessions {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * All open sessions without paging, latest first, users loaded: for the command line.
   * @param userId null for the sessions of all users.
   */
  listAll(userId: number | null, limit?: number): Promise<Session[]> {
    const ofUser = userId === null ? {} : { user: userId };
    return this.db.em.fork().find(
      Session,
      { ...ofUser, ...this.#open() },
      {
        orderBy: { createdAt: 'desc', id: 'asc' },
        populate: ['user.roles'],
        ...(limit === undefined ? {} : { limit }),
      },
    );
  }

  async list<K extends PropertyOf<Session>>(
    filter: SessionFilter,
    request: PageRequest<K>,
  ): Promise<Page<Row<Session, K>>> {
    return readPage(this.db.em, Session, await this.#selected(filter), request);
  }

  async count(filter: SessionFilter): Promise<number> {
    return countRows(this.db.em, Session, await this.#selected(filter));
  }

  /** The same page of each user's sessions. */
  listByUser<K extends PropertyOf<Session>>(
    userIds: readonly number[],
    request: PageRequest<K>,
  ): Promise<Map<number, Page<Row<Session, K>>>> {
    return pagesByParent(this.db.em, this.#ofUsers(), userIds, request);
  }

  countByUser(userIds: readonly number[]): Promise<Map<number, number>> {
    return countsByParent(this.db.em, this.#ofUsers(), userIds);
  }

  /** @returns the sessions that exist, ended or not, in no particular order. */
  findAll<K extends PropertyOf<Session>>(
    ids: readonly string[],
    properties: readonly K[],
  ): Promise<Row<Session, K | 'id'>[]> {
    return readRows(this.db.em, Session, { id: { $in: [...ids] } }, properties);
  }

  async #selected({ client, ...others }: SessionFilter): Promise<QBFilterQuery<Session>> {
    const where = { $and: [this.#open(), matching(others)] };
    if (client == null || client === '') return where;
    const since = await this.#searchedSince(where);
    return { $and: [where, since === null ? {} : { createdAt: { $gte: since } }, ofClient(client)] };
  }

  /** When the oldest of the sessions was opened that a search compares; null if it compares all that `where` selects. */
  async #searchedSince(where: QBFilterQuery<Session>): Promise<string | null> {
    const meta = this.db.em.getMetadata().get(Session);
    // It reads one row more than its size.
    const one = firstRows<never>([], sessionOrder, 0);
    const { sql, params } = pageQuery(meta, conditionOf(meta, where), one);
    const [oldest] = await this.db.em.execute<{ createdAt: string }[]>(`${sql} offset ?`, [
      ...params,
      SEARCHED_SESSIONS - 1,
    ]);
    return oldest?.createdAt ?? null;
  }

  #ofUsers() {
    return { entity: Session, parentColumn: 'user_id', where: this.#open() };
  }

  #open() {
    return { revokedAt: null, expiresAt: { $gt: new Date(this.clock()) } };
  }
}

function matching({ userId, api, kind, device }: Omit<SessionFilter, 'client'>): QBFilterQuery<Session> {
  return {
    $and: [
      userId == null ? {} : { user: userId },
      api == null ? {} : { api },
      kind == null ? {} : { kind },
      device == null ? {} : ofDevice(device),
    ],
  };
}

function ofClient(text: string): QBFilterQuery<Session> {
  const $ilike = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  return {
    $or: [
      { deviceModel: { $ilike } },
      { clientVersion: { $ilike } },
      { deviceId: { $ilike } },
      { address: { $ilike } },
    ],
  };
}

function ofDevice({ userId, clientId, sessionId }: SessionDevice): QBFilterQuery<Session> {
  return {
    $or: [
      ...(sessionId === null ? [] : [{ id: sessionId }]),
      ...(clientId === null ? [] : [{ user: userId, deviceId: clientId }]),
      // Never true: a device with neither has no sessions.
      { id: { $in: [] } },
    ],
  };
}
