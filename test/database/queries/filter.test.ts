import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type QBFilterQuery, raw } from '@mikro-orm/postgresql';
import { AuditEntry } from '../../../src/audit/audit-entry.entity.js';
import { type Database, openDatabase } from '../../../src/database/database.js';
import { countRows, readRows } from '../../../src/database/queries/rows.js';
import { entities } from '../../../src/entities.js';
import { createMigratedDatabase, type TestDatabase } from '../../support/database.js';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await createMigratedDatabase();
  db = await openDatabase(database.url, entities);
  await db.em.execute(
    `insert into audit_entries (at, action, actor_id, detail)
     select '2026-11-28T00:00:00Z'::timestamptz + n * interval '1 minute', (array['user.create', 'session.open'])[n % 2 + 1],
       nullif(n % 4, 0), 'no. ' || n from generate_series(1, 20) as n`,
  );
});
afterAll(async () => {
  await db.close(true);
  await database.drop();
});

const noon = new Date('2026-11-28T00:12:00Z');

describe('a filter selects the rows that the query builder of the ORM selects:', () => {
  const filters: readonly QBFilterQuery<AuditEntry>[] = [
    {},
    { $and: [] },
    { $and: [{}, {}] },
    { actorId: 2 },
    { actorId: null },
    { actorId: { $ne: null } },
    { actorId: { $ne: 2 } },
    { actorId: 1, action: 'session.open' },
    { at: noon },
    { at: { $gte: noon, $lt: new Date('2026-11-28T00:15:00Z') } },
    { id: { $gt: 3, $lte: 7 } },
    { id: { $in: [1, 2, 99] } },
    { id: { $in: [] } },
    { action: { $like: 'user.%' } },
    { detail: { $ilike: 'NO. 1%' } },
    { detail: { $re: '[12]$' } },
    { $or: [{ actorId: 1 }, { action: 'user.create', id: { $lt: 5 } }] },
    { $and: [{ $or: [{ id: 1 }, { id: 2 }] }, { $or: [{ id: 2 }, { id: 3 }] }] },
    { $and: [{ [raw((alias) => `${alias}.id between ? and ?`, [4, 5])]: [] }, { id: 5 }] },
    { detail: "it's? \\? $1" },
  ];
  test.each(filters.map((filter) => [filter] as const))('%j', async (filter) => {
    const found = await db.em.fork().find(AuditEntry, filter, { orderBy: { id: 'asc' } });
    const rows = await readRows(db.em, AuditEntry, filter, ['at', 'detail']);
    rows.sort((a, b) => a.id - b.id);
    expect(rows).toEqual(found.map(({ id, at, detail }) => ({ id, at, detail })));
    expect(await countRows(db.em, AuditEntry, filter)).toBe(found.length);
  });
});

test('refuses operators and names that it does not know', async () => {
  const read = (filter: object) => readRows(db.em, AuditEntry, filter, []);
  await expect(read({ id: { $contains: 1 } })).rejects.toThrow('Lists cannot be filtered by $contains.');
  await expect(read({ nobody: 1 })).rejects.toThrow('AuditEntry has no column nobody.');
});
