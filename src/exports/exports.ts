import { type Actor, recordAudit } from '../audit/audit.js';
import type { AuditAction } from '../audit/audit-entry.entity.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import type { Heartbeats } from '../devices/heartbeats/heartbeats.js';
import { DomainError } from '../errors.js';
import { Cap } from '../rate-limits/cap.js';
import type { FairTurns } from '../rate-limits/fair-turns.js';
import { requirePermission, requireSignedIn } from '../sessions/authorization.js';
import type { Caller } from '../sessions/caller.js';
import type { Sessions } from '../sessions/sessions.js';
import type { Users } from '../users/users.js';
import { writtenRows } from './export-body.js';
import type { ExportedList, ExportRequest } from './export-request.js';
import type { ExportTickets } from './export-tickets.js';
import { exportedAudit } from './lists/audit.js';
import { exportedDevices } from './lists/devices.js';
import type { ExportedRows } from './lists/exported-rows.js';
import { exportedUsers } from './lists/users.js';

/** Downloads at a time, of a user and of a node: each holds the ids of its rows, four bytes for each. */
const MAX_PER_USER = 2;
const MAX_EXPORTS = 16;
const RETRY_AFTER_S = 10;

/** Rows that are read at a time. No connection of the pool is held between two reads, however slow the client is. */
const ROWS_AT_A_TIME = 1000;

const actions: Readonly<Record<ExportedList['name'], AuditAction>> = {
  devices: 'device.export',
  users: 'user.export',
  audit: 'audit.export',
};

/** A download that has begun. */
export interface OpenExport {
  readonly request: ExportRequest;
  /** Fails once the session has ended or lost its permission. */
  readonly body: AsyncGenerator<string>;
  /** Must be called once the body is no longer read. */
  close(): void;
}

export interface ExportServices {
  readonly db: Database;
  readonly sessions: Sessions;
  readonly users: Users;
  readonly heartbeats: Heartbeats;
  readonly databaseTurns: FairTurns;
  readonly tickets: ExportTickets;
  readonly clock: Clock;
}

/** Whole lists, as files. */
export class Exports {
  readonly #byUser = new Cap<number>(MAX_PER_USER);
  readonly #all = new Cap<'all'>(MAX_EXPORTS);

  constructor(private readonly services: ExportServices) {}

  /**
   * Begins the download of a ticket, which is used up.
   * @throws DomainError NOT_FOUND (the ticket is unknown, used or expired), UNAUTHENTICATED, FORBIDDEN, THROTTLED (too
   * many downloads of the user), UNAVAILABLE (too many in all)
   */
  async open(ticket: string, address: string): Promise<OpenExport> {
    const redeemed = await this.services.tickets.redeem(ticket);
    if (!redeemed) throw new DomainError('NOT_FOUND', 'The link of the export has expired or was used.');
    const { sessionId, request } = redeemed;
    const caller = requireSignedIn(await this.services.sessions.findUnrevoked(sessionId));
    const rows = this.#rowsOf(caller, request.list);
    requirePermission(caller, rows.permission);
    const close = this.#takeSlot(caller.user.id);
    try {
      const ids = await this.#inTurn(caller, () => rows.ids());
      const actor = { userId: caller.user.id, address };
      await this.#audit(actor, request, ids.length);
      return { request, body: writtenRows(request, rows.columns, this.#pages(caller, rows, ids)), close };
    } catch (error) {
      close();
      throw error;
    }
  }

  /** The rows, page by page. The session is read again before each page. */
  async *#pages(caller: Caller, rows: ExportedRows, ids: Int32Array) {
    const { sessions } = this.services;
    for (let start = 0; start < ids.length; start += ROWS_AT_A_TIME) {
      requirePermission(await sessions.findUnrevoked(caller.sessionId), rows.permission);
      yield await this.#inTurn(caller, () => rows.read(ids.subarray(start, start + ROWS_AT_A_TIME)));
    }
  }

  #rowsOf(caller: Caller, list: ExportedList): ExportedRows {
    if (list.name === 'devices') return exportedDevices(this.services, caller, list);
    return list.name === 'users' ? exportedUsers(this.services, list) : exportedAudit(this.services, list);
  }

  #inTurn<T>({ user }: Caller, read: () => Promise<T>): T | Promise<T> {
    return this.services.databaseTurns.run({ caller: String(user.id), isKnown: true }, 1, read);
  }

  #takeSlot(userId: number): () => void {
    const details = { retryAfter: RETRY_AFTER_S };
    if (!this.#byUser.take(userId)) {
      throw new DomainError('THROTTLED', 'Too many of your exports are under way; try again later.', details);
    }
    if (!this.#all.take('all')) {
      this.#byUser.release(userId);
      throw new DomainError('UNAVAILABLE', 'Too many exports are under way; try again later.', details);
    }
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.#byUser.release(userId);
      this.#all.release('all');
    };
  }

  async #audit(actor: Actor, { list, format }: ExportRequest, rows: number): Promise<void> {
    const em = this.services.db.em.fork();
    const audited = { action: actions[list.name], detail: `${format} ${rows}` };
    recordAudit(em, new Date(this.services.clock()), actor, audited);
    await em.flush();
  }
}
