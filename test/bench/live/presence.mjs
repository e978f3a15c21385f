/** Memory and CPU of the presence engine, with a heartbeat of each of a million devices every 30 seconds. */
import { Presence } from '../../../dist/src/devices/presence/presence.js';

const DEVICES = 1_000_000;
const INTERVAL_MS = 30_000;
const INTERVALS = 10;
const MIB = 1024 ** 2;

globalThis.gc();
const before = process.memoryUsage().rss;
let now = Date.now();
const presence = new Presence({ intervalMs: INTERVAL_MS }, now);
const perTick = DEVICES / (INTERVAL_MS / presence.tickMs);

/** An interval, in which each device beats once, a share of them in each tick. */
function interval() {
  for (let device = 0; device < DEVICES; ) {
    for (const end = device + perTick; device < end; device++) {
      presence.beat(presence.intern(device), now, Number.MAX_SAFE_INTEGER, false);
    }
    now += presence.tickMs;
    if (presence.tick(now).length > 0) throw new Error('A device that beats expired.');
  }
}

interval();
const started = process.cpuUsage();
for (let round = 0; round < INTERVALS; round++) interval();
const { user, system } = process.cpuUsage(started);
globalThis.gc();
const memory = (process.memoryUsage().rss - before) / MIB;
const core = (user + system) / 1000 / (INTERVALS * INTERVAL_MS);
process.stdout.write(
  `presence engine, ${DEVICES} devices each ${INTERVAL_MS / 1000} s\n` +
    `  ${memory.toFixed(0)} MiB, target ≤ 100; ${(100 * core).toFixed(2)} % of one core, target ≤ 1\n`,
);
