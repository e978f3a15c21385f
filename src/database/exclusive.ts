import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';

/**
 * What one transaction does at a time, on all nodes that share a database. Any numbers will do, as long as no two
 * are the same, and nobody else in the database locks them.
 */
const locks = {
  migration: 7_284_113,
  administrators: 7_284_114,
  sms: 7_284_115,
  releases: 7_284_116,
} as const;

/** Runs `work` in a transaction of its own, once nobody else does the same thing. */
export function exclusively<T>(
  db: MikroORM,
  thing: keyof typeof locks,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  return db.em.fork().transactional(async (em) => {
    await em.execute(`select pg_advisory_xact_lock(${locks[thing]})`);
    return work(em);
  });
}
