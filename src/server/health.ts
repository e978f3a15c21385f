import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.js';

/** A database that takes longer hangs. */
const LIMIT_MS = 1500;

/** `/health/live` and `/health/ready`, as orchestrators probe them. */
export function registerHealth(app: FastifyInstance, db: Database): void {
  let probe: Promise<boolean> | null = null;
  // Probes that come while the database hangs must not take all of its connections.
  const answers = () => {
    probe ??= db.em
      .fork()
      .execute('select 1')
      .then(
        () => true,
        () => false,
      )
      .finally(() => {
        probe = null;
      });
    return Promise.race([probe, setTimeout(LIMIT_MS, false, { ref: false })]);
  };
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const ready = await answers();
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'the database does not answer' });
  });
}
