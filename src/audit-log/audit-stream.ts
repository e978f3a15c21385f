import { raw } from '@mikro-orm/postgresql';
import { AuditEntry } from '../audit/audit-entry.entity.js';
import type { Database } from '../database/database.js';
import { fleetId } from '../database/fleet-id.js';
import type { PropertyOf } from '../database/queries/columns.js';
import { firstRows, orderedBy, type Position } from '../database/queries/page.js';
import { readPage } from '../database/queries/read-page.js';
import type { Row } from '../database/queries/rows.js';
import { amongFew } from '../database/queries/search.js';
import { type Batch, EventStream } from '../streams/event-stream.js';
import { invalidCursor } from '../streams/position.js';
import { type AuditFilter, selectEntries } from './audit-filter.js';
import type { AuditTail } from './audit-tail.js';
import { snapshotCursor, snapshotOf } from './snapshot-cursor.js';

const SHOWN = [
  'id',
  'at',
  'action',
  'actorId',
  'target',
  'address',
  'detail',
] as const satisfies PropertyOf<AuditEntry>[];

/** Entries of one event: all that a slow subscriber holds in memory. */
const EVENT_SIZE = 100;

const oldestFirst = orderedBy('new audit entries', []);

/** Entries that were recorded, and the cursor of a subscriber that has received them. */
export interface AddedEntries {
  readonly entries: readonly Row<AuditEntry, (typeof SHOWN)[number]>[];
  readonly cursor: string;
}

export interface AuditStreamServices {
  readonly db: Database;
  readonly auditTail: AuditTail;
}

/** Entries that are visible at an offset, and were not in a snapshot. */
interface Range {
  readonly since: string;
  readonly offset: number;
}

/** Entries as they are recorded, on whichever node. */
export class AuditStream extends EventStream<AddedEntries> {
  readonly scope = 'audit';

  private constructor(
    private readonly services: AuditStreamServices,
    private readonly fleetId: string,
    private readonly filter: AuditFilter,
    private readonly start: string | null,
  ) {
    super();
  }

  /**
   * @param cursor null to start with the next entry.
   * @throws DomainError INVALID_INPUT for an unknown cursor.
   */
  static async create(
    services: AuditStreamServices,
    filter: AuditFilter,
    cursor: string | null,
  ): Promise<AuditStream> {
    const fleet = await fleetId(services.db);
    if (cursor === null) return new AuditStream(services, fleet, filter, null);
    const start = snapshotOf(fleet, cursor);
    await requirePast(services.db, start);
    return new AuditStream(services, fleet, filter, start);
  }

  async open(): Promise<Batch<AddedEntries>> {
    const offset = await this.services.auditTail.advance();
    if (this.start === null) return { publications: [], offset, status: 'current' };
    return this.#read({ since: this.start, offset }, null);
  }

  since(offset: number): Promise<Batch<AddedEntries>> {
    const { auditTail } = this.services;
    return this.#read({ since: auditTail.snapshotAt(offset), offset: auditTail.offset }, null);
  }

  onAppend(listener: () => void): () => void {
    return this.services.auditTail.onNew(listener);
  }

  /** Only the last part has a cursor past the range: that of the others repeats them. */
  async #read(range: Range, after: Position | null): Promise<Batch<AddedEntries>> {
    const { db, auditTail } = this.services;
    const until = auditTail.snapshotAt(range.offset);
    const added = raw(
      (alias) =>
        `${alias}.id = any(array(select id from audit_entries where transaction >= pg_snapshot_xmin(?::pg_snapshot)
           and not pg_visible_in_snapshot(transaction, ?) and pg_visible_in_snapshot(transaction, ?)))`,
      [range.since, range.since, until],
    );
    const where = { $and: [{ [added]: [] }, amongFew(selectEntries(this.filter))] };
    const request = firstRows(SHOWN, oldestFirst, EVENT_SIZE, after);
    const { rows: entries, positions, hasNextPage } = await readPage(db.em, AuditEntry, where, request);
    const cursor = snapshotCursor(this.fleetId, hasNextPage ? range.since : until);
    return {
      publications: entries.length > 0 ? [{ event: { entries, cursor }, offset: range.offset }] : [],
      offset: range.offset,
      status: 'current',
      readNext: hasNextPage ? () => this.#read(range, positions.at(-1) ?? null) : null,
    };
  }
}

/** The cursor of a client that knows of every entry so far. */
export async function latestAuditCursor({ db, auditTail }: AuditStreamServices): Promise<string> {
  const [fleet, offset] = await Promise.all([fleetId(db), auditTail.advance()]);
  return snapshotCursor(fleet, auditTail.snapshotAt(offset));
}

/** @throws DomainError INVALID_INPUT for a snapshot with transactions that have not begun. */
async function requirePast(db: Database, snapshot: string): Promise<void> {
  const [row] = await db.em
    .fork()
    .execute<{ isPast: boolean }[]>(
      'select pg_snapshot_xmax(?::pg_snapshot) <= pg_snapshot_xmax(pg_current_snapshot()) as "isPast"',
      [snapshot],
    );
  if (!row?.isPast) throw invalidCursor();
}
