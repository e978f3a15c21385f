import { createEmptyDatabase } from '../support/database.js';
import { freePort } from '../support/infrastructure/ports.js';
import { startRedis } from '../support/infrastructure/redis.js';
import type { Surroundings } from './document-session.js';

/** Runs what docs/scaling.md installs: a PostgreSQL and a Redis. It starts its gateways itself, on these ports. */
export async function runFleetEngines(): Promise<Surroundings> {
  const database = await createEmptyDatabase();
  const redis = await startRedis({ appendonly: 'yes' });
  const ports = await Promise.all(
    ['8081', '8082'].map(async (shown) => [shown, `${await freePort()}`] as const),
  );
  return {
    actual: new Map([
      ['postgresql://gatehouse:gatehouse@127.0.0.1:5432/gatehouse', database.url],
      ['redis://127.0.0.1:6379', redis.url],
      ...ports,
    ]),
    env: {},
    async stop() {
      await database.drop();
      await redis.stop();
    },
  };
}
