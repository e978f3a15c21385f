import type { Database } from '../../database/database.js';

/**
 * Replaces the rows of each count by one with their sum, so that reading them takes the same time however often devices
 * change. Several processes may merge at once: each row is merged by the one that locks it.
 */
export async function mergeDeviceCounts(db: Database): Promise<void> {
  await db.em.execute(
    `with several as (
       select counted.id from device_counts counted join (
         select door, client_version, online from device_counts group by 1, 2, 3 having count(*) > 1
       ) repeated on (counted.door, counted.online) = (repeated.door, repeated.online)
         and counted.client_version is not distinct from repeated.client_version
       for update of counted skip locked
     ), merged as (
       delete from device_counts where id in (select id from several) returning door, client_version, online, devices
     )
     insert into device_counts (door, client_version, online, devices)
     select door, client_version, online, sum(devices) from merged group by 1, 2, 3 having sum(devices) <> 0`,
  );
}
