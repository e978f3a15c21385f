import { type EntityClass, MikroORM } from '@mikro-orm/postgresql';
import { StartError } from '../errors.js';
import { ormOptions } from './orm-options.js';

export type Database = MikroORM;

/**
 * Connects to PostgreSQL; the schema may still be older than the code (see `migrate` in `entities.ts`).
 * @param url `postgresql://user:password@host:port/database`
 * @throws StartError if the database cannot be reached.
 */
export async function openDatabase(url: string, entities: EntityClass<object>[]): Promise<Database> {
  // Without the reports of the migrator, which would precede the start message.
  const orm = await MikroORM.init({ ...ormOptions(url, entities), logger: () => {} });
  const reason = await orm.em.execute('select 1').then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (reason === null) return orm;
  await orm.close(true);
  const { host, pathname } = new URL(url);
  throw new StartError(`The database ${host}${pathname} cannot be reached: ${reason}.`);
}
