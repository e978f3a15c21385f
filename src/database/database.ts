import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { type EntityClass, MikroORM } from '@mikro-orm/postgresql';
import { migrations } from '../../migrations/index.js';
import { StartError } from '../errors.js';

export type Database = MikroORM;

/** Connections of one node. PostgreSQL's own default allows 100 in all. */
const POOL_SIZE = 20;

/**
 * Connects to PostgreSQL; the schema may still be older than the code (see `migrate` in `entities.ts`).
 * @param url `postgresql://user:password@host:port/database`
 * @throws StartError when the database cannot be reached.
 */
export async function openDatabase(url: string, entities: EntityClass<object>[]): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities,
    metadataProvider: ReflectMetadataProvider,
    metadataCache: { enabled: false },
    extensions: [Migrator],
    migrations: { migrationsList: migrations, tableName: 'migrations', snapshot: false },
    pool: { min: 0, max: POOL_SIZE },
    forceUtcTimezone: true,
    // The migrator reports what it does; the operator's first lines are not about that.
    logger: () => {},
  });
  const reason = await orm.em.execute('select 1').then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  if (reason === null) return orm;
  await orm.close(true);
  const { host, pathname } = new URL(url);
  throw new StartError(`The database ${host}${pathname} cannot be reached: ${reason}.`);
}
