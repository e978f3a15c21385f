import { randomUUID } from 'node:crypto';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { integerArray } from '../database/queries/integer-array.js';
import { type Events, sharedTopic } from '../streams/events.js';
import { Turns } from '../streams/turns.js';

/** Why a session has ended. */
export type EndReason = 'LOGOUT' | 'REVOKED';

/** A change of an account by another process. */
export interface ChangeElsewhere {
  readonly userId: number;
  /** The session that has ended; null if the account itself has changed. */
  readonly ended: { readonly sessionId: string; readonly reason: EndReason } | null;
  /** The session that was refreshed, with the end of its new access token in milliseconds. */
  readonly refreshed: { readonly sessionId: string; readonly expiresAt: number } | null;
}

type Listener = (changes: readonly ChangeElsewhere[]) => Promise<void>;

/** The process that has committed a change; null if it may be any. */
const ANNOUNCEMENTS = sharedTopic<string>('changes of accounts');

/** The snapshot of the read, and a change; a single row without a change if there are none. */
interface ReadRow {
  readonly snapshot: string;
  readonly userId: number | null;
  readonly ended: ChangeElsewhere['ended'];
  readonly refreshed: ChangeElsewhere['refreshed'];
}

/**
 * The log of changes after which accounts and sessions in memory must be read again. Each process reads the changes of
 * all others: gateways, and the command line.
 *
 * A process remembers the snapshot of its last read, and reads the changes whose transactions were not visible in it.
 * So it reads each change once, however late its transaction commits. Neither clocks nor the order of ids matter.
 */
export class AccountChanges {
  /** The name of this process in the log. */
  readonly origin = randomUUID();
  /** PostgreSQL's snapshot of the last read; null before the first one. */
  #snapshot: string | null = null;
  readonly #polls = new Turns();
  /** Whether a poll waits for its turn. */
  #pollIsDue = false;
  #apply: Listener = async () => {};

  constructor(
    private readonly db: Database,
    private readonly events: Events,
    private readonly clock: Clock,
  ) {
    events.subscribe(ANNOUNCEMENTS, (origin) => {
      if (origin !== this.origin) this.#hurry();
    });
  }

  /** Calls back with changes by other processes, and again with the same ones if that fails. */
  onRead(listener: Listener): void {
    this.#apply = listener;
  }

  /**
   * Records a change of a user, its roles or its tokens, in the transaction that makes it.
   * @param refreshedSessionId the session whose tokens have changed.
   */
  async record(em: EntityManager, userId: number, refreshedSessionId: string | null = null): Promise<void> {
    await em.execute(
      'insert into session_revocations (origin, user_id, refreshed_session_id, at) values (?, ?, ?, ?)',
      [this.origin, userId, refreshedSessionId, new Date(this.clock()).toISOString()],
    );
  }

  /** Records a change of several users, as `record`. */
  async recordAll(em: EntityManager, userIds: readonly number[]): Promise<void> {
    await em.execute(
      'insert into session_revocations (origin, user_id, at) select ?::uuid, id, ?::timestamptz from unnest(?::int[]) as t(id)',
      [this.origin, new Date(this.clock()).toISOString(), integerArray(userIds)],
    );
  }

  /** Lets other nodes poll at once, after a change was committed. */
  announce(): void {
    this.events.publish(ANNOUNCEMENTS, this.origin);
  }

  /**
   * Reads the changes by other processes since the last call. The first call finds out where to begin, and must come
   * before anything is read that these changes are about.
   */
  poll(): Promise<void> {
    return this.#polls.take(async () => {
      this.#pollIsDue = false;
      const { snapshot, changes } = await this.#read();
      if (changes.length > 0) await this.#apply(changes);
      this.#snapshot = snapshot;
    });
  }

  /** The next regular poll makes up for one that fails. */
  #hurry(): void {
    if (this.#pollIsDue) return;
    this.#pollIsDue = true;
    this.poll().catch(() => {});
  }

  async #read(): Promise<{ snapshot: string; changes: ChangeElsewhere[] }> {
    const rows = await this.db.em.fork().execute<ReadRow[]>(
      `select pg_current_snapshot()::text as snapshot, c.user_id as "userId",
         case when c.session_id is not null then
           json_build_object('sessionId', c.session_id,
             'reason', case c.reason when 'LOGOUT' then c.reason else 'REVOKED' end)
         end as ended,
         case when s.id is not null then
           json_build_object('sessionId', s.id, 'expiresAt', extract(epoch from s.token_expires_at) * 1000)
         end as refreshed
       from (select coalesce(?::pg_snapshot, pg_current_snapshot()) as previous) p
       left join session_revocations c on c.transaction >= pg_snapshot_xmin(previous)
         and not pg_visible_in_snapshot(c.transaction, previous) and c.origin is distinct from ?
       left join sessions s on s.id = c.refreshed_session_id
       order by c.id`,
      [this.#snapshot, this.origin],
    );
    const changes = rows.flatMap(({ userId, ended, refreshed }) =>
      userId === null ? [] : [{ userId, ended, refreshed }],
    );
    return { snapshot: rows[0]?.snapshot ?? '', changes };
  }
}
