import { UniqueConstraintViolationException } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../../audit/audit.js';
import type { AuditAction } from '../../audit/audit-entry.entity.js';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import type { PropertyOf } from '../../database/queries/columns.js';
import { conditionOf } from '../../database/queries/filter.js';
import { type Row, readRows } from '../../database/queries/rows.js';
import { inTable } from '../../database/queries/search.js';
import { requireStorable } from '../../database/storable-text.js';
import { DomainError } from '../../errors.js';
import { Device } from '../device.entity.js';
import { type DeviceFilter, selectOwned } from '../device-filter.js';
import { DeviceGroup } from './device-group.entity.js';
import { checkSavedFilter } from './saved-filter.js';

export const MAX_GROUP_NAME_LENGTH = 64;

/** Groups are listed without pages. */
const MAX_GROUPS = 200;

export interface GroupFields {
  readonly name?: string | null | undefined;
  readonly filter?: DeviceFilter | null | undefined;
}

/** Saved filters of devices. */
export class DeviceGroups {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError INVALID_INPUT (name, ids), CONFLICT (name), LIMIT_REACHED */
  create(name: string, filter: DeviceFilter, actor: Actor): Promise<DeviceGroup> {
    return this.#change(async (em) => {
      if ((await em.count(DeviceGroup)) >= MAX_GROUPS) {
        throw new DomainError('LIMIT_REACHED', `There can be no more than ${MAX_GROUPS} groups.`);
      }
      const group = em.create(DeviceGroup, {
        name: readName(name),
        filter: checkSavedFilter(filter),
        createdAt: new Date(this.clock()),
      });
      await em.persist(group).flush();
      this.#record(em, 'device.group_create', group, actor);
      return group;
    });
  }

  /** Undefined and null leave a field unchanged. @throws DomainError NOT_FOUND, INVALID_INPUT, CONFLICT (name) */
  update(id: number, { name, filter }: GroupFields, actor: Actor): Promise<DeviceGroup> {
    return this.#change(async (em) => {
      const group = await find(em, id);
      if (name != null) group.name = readName(name);
      if (filter != null) group.filter = checkSavedFilter(filter);
      await em.flush();
      this.#record(em, 'device.group_update', group, actor);
      return group;
    });
  }

  /** The devices of the group stay. @throws DomainError NOT_FOUND */
  async delete(id: number, actor: Actor): Promise<void> {
    await this.#change(async (em) => {
      const group = await find(em, id);
      em.remove(group);
      this.#record(em, 'device.group_delete', group, actor);
    });
  }

  /** All groups, by name. */
  async list<K extends PropertyOf<DeviceGroup>>(
    properties: readonly K[],
  ): Promise<Row<DeviceGroup, K | 'id' | 'name'>[]> {
    const groups = await readRows(this.db.em, DeviceGroup, {}, ['name' as const, ...properties]);
    return groups.sort((a, b) => a.name.localeCompare(b.name));
  }

  /** The existing groups among `ids`, in no particular order. */
  findAll<K extends PropertyOf<DeviceGroup>>(
    ids: readonly number[],
    properties: readonly K[],
  ): Promise<Row<DeviceGroup, K | 'id'>[]> {
    return readRows(this.db.em, DeviceGroup, { id: { $in: [...ids] } }, properties);
  }

  /** The number of devices in each of these groups. */
  async countDevices(ids: readonly number[]): Promise<Map<number, number>> {
    const groups = await this.findAll(ids, ['filter']);
    if (groups.length === 0) return new Map();
    const { em } = this.db;
    const device = em.getMetadata().get(Device);
    const counts = groups.map(({ filter }) => conditionOf(device, inTable(selectOwned(null, filter))));
    const columns = counts.map(
      ({ sql }, at) => `(select count(*)::int from devices as item where ${sql}) as "${at}"`,
    );
    const parameters = counts.flatMap(({ params }) => params);
    const [row = {}] = await em.fork().execute<Record<string, number>[]>(`select ${columns}`, parameters);
    return new Map(groups.map(({ id }, at) => [id, row[at] ?? 0]));
  }

  async #change<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await this.db.em.fork().transactional(work);
    } catch (error) {
      if (!(error instanceof UniqueConstraintViolationException)) throw error;
      throw new DomainError('CONFLICT', 'name is already taken.', { field: 'name' });
    }
  }

  #record(em: EntityManager, action: AuditAction, { id, name }: DeviceGroup, actor: Actor): void {
    const target = nodeId('deviceGroup', id);
    recordAudit(em, new Date(this.clock()), actor, { action, target, detail: name });
  }
}

async function find(em: EntityManager, id: number): Promise<DeviceGroup> {
  const group = await em.findOne(DeviceGroup, id);
  if (group) return group;
  throw new DomainError('NOT_FOUND', 'There is no such group.');
}

function readName(text: string): string {
  const name = text.trim();
  requireStorable('name', name);
  if (name.length >= 1 && name.length <= MAX_GROUP_NAME_LENGTH) return name;
  const message = `name must be 1 to ${MAX_GROUP_NAME_LENGTH} characters.`;
  throw new DomainError('INVALID_INPUT', message, { field: 'name' });
}
