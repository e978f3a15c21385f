import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';

/**
 * Advisory locks for what only one transaction may do at a time, on all nodes that share a database. The numbers are
 * arbitrary, but distinct.
 */
const locks = {
  migration: 7_284_113,
  administrators: 7_284_114,
  sms: 7_284_115,
  releases: 7_284_116,
} as const;

/** Runs `work` in its own transaction, which waits until no other one holds the same lock. */
export function exclusively<T>(
  db: MikroORM,
  lock: keyof typeof locks,
  work: (em: EntityManager) => Promise<T>,
): Promise<T> {
  return db.em.fork().transactional(async (em) => {
    await em.execute(`select pg_advisory_xact_lock(${locks[lock]})`);
    return work(em);
  });
}
