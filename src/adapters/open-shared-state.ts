import type { Config } from '../config.js';
import type { Database } from '../database/database.js';
import { type OpenedState, type StateReports, stateInMemory } from './shared-state.js';

/**
 * The state of a node with these settings: in memory, or in Redis, whose client is loaded only then.
 * @param db must be migrated.
 * @throws StartError if Redis is not suitable, or if this node does not fit the others.
 */
export async function openSharedState(
  config: Config,
  db: Database,
  reports: StateReports,
): Promise<OpenedState> {
  const { REDIS_URL: url } = config;
  if (!url) return { state: stateInMemory(Date.now), close: async () => {} };
  const { openRedisState } = await import('./redis-state.js');
  return openRedisState(url, config, db, reports);
}
