import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import { fleetId } from '../database/fleet-id.js';
import { joinFleet } from '../nodes/join-fleet.js';
import { fingerprintsOf } from '../nodes/node-settings.js';
import { packageFolderId } from '../nodes/package-folder.js';
import { connectRedis } from '../redis/connection.js';
import { keepsAllData } from '../redis/requirements.js';
import type { RedisUrl } from '../settings/redis-url.js';
import { traceCalls } from '../tracing/trace-calls.js';
import { RedisEvents } from './events/redis.js';
import { RedisHeartbeatRelay } from './heartbeat-relay/redis.js';
import { RedisJobLeases } from './job-leases/redis.js';
import { RedisPresence } from './presence/redis/redis-presence.js';
import { RedisLimiters } from './rate-limits/redis.js';
import { commandSpan } from './redis-span.js';
import type { OpenedState, StateReports } from './shared-state.js';

/** The state of a fleet in Redis, which this node joins. Parameters and errors as of `openSharedState`. */
export async function openRedisState(
  url: RedisUrl,
  config: Config,
  db: Database,
  { health, warn, tracing }: StateReports,
): Promise<OpenedState> {
  const resources = new AsyncDisposableStack();
  try {
    const redis = await connectRedis(url);
    const { client, subscriber, warnings, close } = redis;
    traceCalls(tracing, client, { sendCommand: ([command]) => commandSpan(command) });
    resources.defer(close);
    warnings.forEach(warn);
    const id = await fleetId(db);
    const { STORAGE } = config;
    const folderId = STORAGE.kind === 'disk' ? await packageFolderId(STORAGE.dataDir) : null;
    const limiters = new RedisLimiters(client);
    const membership = await joinFleet({
      client,
      db,
      fleetId: id,
      settings: fingerprintsOf(config, id, folderId),
      onNodes: (count) => {
        limiters.nodes = count;
      },
      warn,
      health,
    });
    resources.defer(() => membership.leave());
    const events = new RedisEvents(client, subscriber, id, warn);
    resources.defer(() => events.stop());
    await events.start();
    const jobLeases = new RedisJobLeases(client);
    const isDurable = await keepsAllData(client, url);
    return {
      state: {
        events,
        jobLeases,
        limiters,
        createPresence: (options) => {
          const presence = new RedisPresence({
            ...options,
            client,
            leases: jobLeases,
            fleetId: id,
            clock: Date.now,
            isDurable,
            warn,
          });
          resources.defer(() => presence.close());
          return presence;
        },
        createHeartbeatRelay(recorded) {
          const relay = new RedisHeartbeatRelay(redis, id, events, recorded);
          resources.defer(() => relay.stop());
          return relay;
        },
        otherNodes: () => membership.otherNodes,
        everyNodeKnows: (setting) => membership.everyNodeKnows(setting),
      },
      close: () => resources.disposeAsync(),
    };
  } catch (error) {
    await resources.disposeAsync();
    throw error;
  }
}
