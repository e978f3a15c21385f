import type { Registry } from 'prom-client';
import { poolUse } from '../database/pool-connections.js';
import { gauge } from './readings.js';
import type { Sources } from './sources.js';

export function declareDatabase(registry: Registry, { services: { db } }: Sources): void {
  gauge(registry, {
    name: 'gatehouse_database_pool_connections',
    help: 'Connections to PostgreSQL, by state.',
    label: 'state',
    async read() {
      const { used, idle } = await poolUse(db);
      return new Map(Object.entries({ used, idle }));
    },
  });
  gauge(registry, {
    name: 'gatehouse_database_pool_max_connections',
    help: 'Connections to PostgreSQL that there may be.',
    read: async () => (await poolUse(db)).max,
  });
  gauge(registry, {
    name: 'gatehouse_database_pool_waiting',
    help: 'Statements and transactions that wait for a connection.',
    read: async () => (await poolUse(db)).waiting,
  });
}
