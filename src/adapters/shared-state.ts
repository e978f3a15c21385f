import type { Clock } from '../clock.js';
import type { Leases } from '../leases.js';
import type { Limiters } from '../rate-limits/limiters.js';
import type { RedisConnection } from '../redis/connection.js';
import type { Events } from '../streams/events.js';
import { MemoryEvents } from './events/memory.js';
import { MemoryLeases } from './leases/memory.js';
import { MemoryLimiters } from './rate-limits/memory.js';

/** What the nodes of a fleet share besides the database. */
export interface SharedState {
  readonly events: Events;
  readonly leases: Leases;
  readonly limiters: Limiters;
}

/** The state of the only node. */
export const stateInMemory = (clock: Clock): SharedState => ({
  events: new MemoryEvents(),
  leases: new MemoryLeases(clock),
  limiters: new MemoryLimiters(),
});

/** @returns the state, and a function that ends its subscriptions. */
export async function stateInRedis(
  { client, subscriber }: RedisConnection,
  fleetId: string,
): Promise<{ readonly state: SharedState; stop(): void }> {
  const [{ RedisEvents }, { RedisLeases }, { RedisLimiters }] = await Promise.all([
    import('./events/redis.js'),
    import('./leases/redis.js'),
    import('./rate-limits/redis.js'),
  ]);
  const events = new RedisEvents(client, subscriber, fleetId);
  await events.start();
  return {
    state: { events, leases: new RedisLeases(client), limiters: new RedisLimiters(client) },
    stop: () => events.stop(),
  };
}
