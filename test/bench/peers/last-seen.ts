/** Saves when devices were last seen, as the gateway does once in an interval. */
import 'reflect-metadata';
import type * as databases from '../../../src/database/database.js';
import type * as stores from '../../../src/devices/transitions/presence-store.js';
import type * as all from '../../../src/entities.js';
import { importBuilt } from '../support/servers/built.ts';
import type { Peer } from '../support/servers/host.ts';

const { openDatabase } = await importBuilt<typeof databases>('database/database.js');
const { PresenceStore } = await importBuilt<typeof stores>('devices/transitions/presence-store.js');
const { entities } = await importBuilt<typeof all>('entities.js');

export async function start({ databaseUrl }: { databaseUrl: string }): Promise<Peer> {
  const db = await openDatabase(databaseUrl, entities);
  const store = new PresenceStore(db, 30_000);
  const devices = await db.em.execute<{ id: number }[]>('select id from devices');
  return {
    url: '',
    answers: {
      /** @returns the number of devices. */
      async save() {
        const at = Date.now();
        await store.saveLastSeen(
          devices.map(({ id }) => ({ id, at, beats: 1 })),
          at,
        );
        return devices.length;
      },
    },
  };
}
