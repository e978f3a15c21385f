import { isDeepStrictEqual } from 'node:util';
import { LockMode } from '@mikro-orm/core';
import { type Actor, recordAudit } from '../../audit/audit.js';
import type { Clock } from '../../clock.js';
import type { Database } from '../../database/database.js';
import { nodeId } from '../../database/node-id.js';
import { DomainError } from '../../errors.js';
import { Device } from '../device.entity.js';
import type { DeviceSettings } from '../device-settings.js';
import type { Heartbeats } from '../heartbeats/heartbeats.js';
import { type MetadataChanges, readMetadata } from './device-metadata.js';

/** Changes of what administrators note about devices. */
export class DeviceEditing {
  constructor(
    private readonly db: Database,
    private readonly heartbeats: Pick<Heartbeats, 'edits'>,
    private readonly settings: DeviceSettings,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError NOT_FOUND, INVALID_INPUT (the field) */
  async update(id: number, changes: MetadataChanges, actor: Actor): Promise<Device> {
    const metadata = readMetadata(changes);
    const { device, before } = await this.db.em.fork().transactional(async (em) => {
      const device = await em.findOne(Device, id, { lockMode: LockMode.PESSIMISTIC_WRITE });
      if (!device) throw new DomainError('NOT_FOUND', 'There is no such device.');
      const { api, name, clientVersion, displayName, tags, channel } = device;
      const changed = Object.entries(metadata).filter(
        ([field, value]) => !isDeepStrictEqual(device[field as keyof typeof metadata], value),
      );
      if (changed.length === 0) return { device, before: null };
      Object.assign(device, Object.fromEntries(changed));
      recordAudit(em, new Date(this.clock()), actor, {
        action: 'device.update',
        target: nodeId('device', id),
        detail: changed.map(([field]) => field).join(' '),
      });
      return { device, before: { api, name, clientVersion, displayName, tags, channel } };
    });
    if (before === null) return device;
    this.heartbeats.edits.metadataChanged(id, before);
    await this.settings.readChanges();
    return device;
  }
}
