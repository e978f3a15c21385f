import { setTimeout } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.js';
import type { Health } from '../health/health.js';

/** A database that takes longer hangs. */
const LIMIT_MS = 1500;

/** `/health/live` and `/health/ready`, as orchestrators probe them: a node that is degraded still serves. */
export function registerHealth(app: FastifyInstance, db: Database, health: Health): void {
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
    const refuse = (status: string) => reply.code(503).header('retry-after', 1).send({ status });
    if (health.isStopping) return refuse('the gateway is stopping');
    if (!(await answers())) return refuse('the database does not answer');
    const { problems } = health;
    return problems.length === 0 ? { status: 'ok' } : { status: 'degraded', problems };
  });
}
