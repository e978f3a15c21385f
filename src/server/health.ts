import type { FastifyInstance } from 'fastify';
import type { Database } from '../database/database.js';

/** `/health/live` and `/health/ready`, as orchestrators probe them. */
export function registerHealth(app: FastifyInstance, db: Database): void {
  app.get('/health/live', async () => ({ status: 'ok' }));
  app.get('/health/ready', async (_request, reply) => {
    const ready = await db.em
      .fork()
      .execute('select 1')
      .then(
        () => true,
        () => false,
      );
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'the database does not answer' });
  });
}
