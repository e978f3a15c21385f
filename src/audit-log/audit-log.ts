import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditEntry } from '../audit/audit-entry.entity.js';
import type { PropertyOf } from '../database/queries/columns.js';
import { type ListOrder, orderedBy, type Page, type PageRequest } from '../database/queries/page.js';
import { countRows, type Row, readRows } from '../database/queries/rows.js';
import { inTable, searchPage } from '../database/queries/search.js';
import { type AuditFilter, selectEntries } from './audit-filter.js';

/** Latest first. */
export const auditOrder: ListOrder = orderedBy('audit entries', [{ property: 'at', type: 'time' }], 'desc');

export const listAudit = <K extends PropertyOf<AuditEntry>>(
  em: EntityManager,
  filter: AuditFilter,
  request: PageRequest<K>,
): Promise<Page<Row<AuditEntry, K>>> => searchPage(em, AuditEntry, selectEntries(filter), request);

export const countAudit = (em: EntityManager, filter: AuditFilter): Promise<number> =>
  countRows(em, AuditEntry, inTable(selectEntries(filter)));

/** @returns the entries that exist, in no particular order. */
export const findAuditEntries = <K extends PropertyOf<AuditEntry>>(
  em: EntityManager,
  ids: readonly number[],
  properties: readonly K[],
): Promise<Row<AuditEntry, K | 'id'>[]> => readRows(em, AuditEntry, { id: { $in: [...ids] } }, properties);
