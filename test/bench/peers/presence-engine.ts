/** The presence engine of Gatehouse without database and network. */
import type * as table from '../../../src/devices/presence/device-table.js';
import type * as engine from '../../../src/devices/presence/presence-engine.js';
import { importBuilt } from '../support/servers/built.ts';
import type { Peer } from '../support/servers/host.ts';

const { DeviceTable } = await importBuilt<typeof table>('devices/presence/device-table.js');
const { PresenceEngine } = await importBuilt<typeof engine>('devices/presence/presence-engine.js');

const INTERVAL_MS = 30_000;
const INTERVALS = 10;
const MIB = 1024 ** 2;

export async function start({ devices }: { devices: number }): Promise<Peer> {
  return { url: '', answers: { memoryAndCpu: () => measure(devices) } };
}

/** @returns MiB, and the share of a core in percent. */
function measure(devices: number): [mib: number, corePercent: number] {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  let now = Date.now();
  const table = new DeviceTable();
  const presence = new PresenceEngine(table, { intervalMs: INTERVAL_MS }, now);
  const perTick = devices / (INTERVAL_MS / presence.tickMs);

  /** Each device beats once, a share of them in each tick. */
  function interval(): void {
    for (let device = 0; device < devices; ) {
      for (const end = device + perTick; device < end; device++) {
        presence.beat(table.intern(device), now, Number.MAX_SAFE_INTEGER, false);
      }
      now += presence.tickMs;
      if (presence.tick(now).length > 0) throw new Error('A device that beats expired.');
    }
  }

  interval();
  const started = process.cpuUsage();
  for (let round = 0; round < INTERVALS; round++) interval();
  const { user, system } = process.cpuUsage(started);
  globalThis.gc?.();
  const share = (user + system) / 1000 / (INTERVALS * INTERVAL_MS);
  return [(process.memoryUsage().rss - before) / MIB, 100 * share];
}
