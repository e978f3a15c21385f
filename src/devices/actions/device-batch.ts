import type { EntityManager } from '@mikro-orm/postgresql';
import type { AuditAction } from '../../audit/audit-entry.entity.js';
import { nodeId } from '../../database/node-id.js';
import { integerArray } from '../../database/queries/integer-array.js';
import { tagArray } from '../device.entity.js';
import { MAX_TAGS } from '../editing/device-metadata.js';
import { type DeviceAction, DeviceActionKind } from './device-action.entity.js';

type Statement = readonly [sql: string, parameters: string[]];

/** Which devices an action leaves as they are, and what it does with the others. */
const statements: Record<DeviceActionKind, (value: string, now: Date) => Statement> = {
  TAG: (tag) => [
    `update devices set tags = array(select t from unnest(tags || ?::text[]) t order by t collate "C")
     where not tags @> ?::text[] and cardinality(tags) < ${MAX_TAGS}`,
    [tagArray([tag]), tagArray([tag])],
  ],
  UNTAG: (tag) => ['update devices set tags = array_remove(tags, ?) where ? = any(tags)', [tag, tag]],
  SET_CHANNEL: (channel) => ['update devices set channel = ? where channel <> ?', [channel, channel]],
  RETIRE: (_, now) => [
    'update devices set retired_at = ?, returned_at = null where retired_at is null',
    [now.toISOString()],
  ],
  DELETE: () => ['delete from devices where true', []],
};

/** Acts on devices in one statement. @returns the ids of those that it has changed. */
export async function changeDevices(
  em: EntityManager,
  { kind, value }: Pick<DeviceAction, 'kind' | 'value'>,
  ids: readonly number[],
  now: Date,
): Promise<number[]> {
  const [sql, parameters] = statements[kind](value ?? '', now);
  const rows = await em.execute<{ id: number }[]>(`${sql} and id = any(?::int[]) returning id`, [
    ...parameters,
    integerArray(ids),
  ]);
  return rows.map(({ id }) => id);
}

/** What is recorded for each device. The entry of the action says enough about the others. */
const audited: Partial<Record<DeviceActionKind, AuditAction>> = {
  [DeviceActionKind.RETIRE]: 'device.retire',
  [DeviceActionKind.DELETE]: 'device.delete',
};

/** Records devices that are gone, with the actor and the address of the latest entry of their action. */
export async function auditBatch(
  em: EntityManager,
  { id, kind }: Pick<DeviceAction, 'id' | 'kind'>,
  devices: readonly number[],
  now: Date,
): Promise<void> {
  const action = audited[kind];
  if (action === undefined) return;
  await em.execute(
    `insert into audit_entries (at, action, actor_id, address, target)
     select ?, ?, latest.actor_id, latest.address, ? || device from unnest(?::int[]) as device left join lateral
       (select actor_id, address from audit_entries where target = ? order by id desc limit 1) as latest on true`,
    [now.toISOString(), action, nodeId('device', ''), integerArray(devices), nodeId('deviceAction', id)],
  );
}
