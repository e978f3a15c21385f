import type { Clock } from '../clock.js';
import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import { fleetId } from '../database/fleet-id.js';
import type { HeartbeatRelay, RecordedHeartbeats } from '../devices/heartbeat-relay.js';
import type { Presence, PresenceOptions } from '../devices/presence.js';
import type { Health } from '../health/health.js';
import type { JobLeases } from '../jobs/job-leases.js';
import type { NodeInfo } from '../nodes/node-info.js';
import type { Limiters } from '../rate-limits/limiters.js';
import type { Events } from '../streams/events.js';
import { traceCalls } from '../tracing/trace-calls.js';
import type { Tracing } from '../tracing/tracing.js';
import { MemoryEvents } from './events/memory.js';
import { MemoryHeartbeatRelay } from './heartbeat-relay/memory.js';
import { MemoryJobLeases } from './job-leases/memory.js';
import { MemoryPresence } from './presence/memory.js';
import { MemoryLimiters } from './rate-limits/memory.js';
import { commandSpan } from './redis-span.js';

/** What the nodes of a fleet share besides the database. */
export interface SharedState {
  readonly events: Events;
  readonly jobLeases: JobLeases;
  readonly limiters: Limiters;
  readonly createPresence: (options: PresenceOptions) => Presence;
  readonly createHeartbeatRelay: (recorded: RecordedHeartbeats) => HeartbeatRelay;
  /** The other nodes that run, as of some seconds ago. */
  readonly otherNodes: () => readonly NodeInfo[];
  /** Whether each of them runs a version that has this setting. */
  everyNodeKnows(setting: string): boolean;
}

/** Shared state in use. */
export interface OpenedState {
  readonly state: SharedState;
  close(): Promise<void>;
}

/** The state of the only node. */
export const stateInMemory = (clock: Clock): SharedState => ({
  events: new MemoryEvents(),
  jobLeases: new MemoryJobLeases(clock),
  limiters: new MemoryLimiters(),
  createPresence: (options) => new MemoryPresence(clock, options),
  createHeartbeatRelay: () => new MemoryHeartbeatRelay(),
  otherNodes: () => [],
  everyNodeKnows: () => true,
});

/**
 * The state of a node with these settings: in memory, or in Redis, whose client is loaded only then.
 * @param db must be migrated.
 * @param warn receives what the operator should know.
 * @param health learns whether Redis works.
 * @param tracing records commands of Redis; null by default.
 * @throws StartError if Redis is not suitable, or if this node does not fit the others.
 */
export async function openSharedState(
  config: Config,
  db: Database,
  warn: (sentence: string) => void,
  health: Health,
  tracing: Tracing | null = null,
): Promise<OpenedState> {
  if (!config.REDIS_URL) return { state: stateInMemory(Date.now), close: async () => {} };
  const [
    { connectRedis },
    { joinFleet },
    { fingerprintsOf },
    { packageFolderId },
    { RedisEvents },
    { RedisHeartbeatRelay },
    { RedisJobLeases },
    { RedisLimiters },
    { RedisPresence },
    { keepsAllData },
  ] = await Promise.all([
    import('../redis/connection.js'),
    import('../nodes/join-fleet.js'),
    import('../nodes/node-settings.js'),
    import('../nodes/package-folder.js'),
    import('./events/redis.js'),
    import('./heartbeat-relay/redis.js'),
    import('./job-leases/redis.js'),
    import('./rate-limits/redis.js'),
    import('./presence/redis/redis-presence.js'),
    import('../redis/requirements.js'),
  ]);
  const resources = new AsyncDisposableStack();
  try {
    const redis = await connectRedis(config.REDIS_URL);
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
    const isDurable = await keepsAllData(client, config.REDIS_URL);
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
