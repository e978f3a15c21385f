import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { defineConfig, type EntityClass, type Options } from '@mikro-orm/postgresql';
import { migrations } from '../../migrations/index.js';

/** Connections of one node. PostgreSQL's own default allows 100 in all. */
const POOL_SIZE = 20;

/**
 * The configuration of the ORM, for the gateway and for `npx mikro-orm`.
 * @param url `postgresql://user:password@host:port/database`
 */
export function ormOptions(url: string, entities: EntityClass<object>[]): Options {
  return defineConfig({
    clientUrl: url,
    entities,
    metadataProvider: ReflectMetadataProvider,
    metadataCache: { enabled: false },
    extensions: [Migrator],
    // Without a snapshot file, entities are compared with what the migrations have made of a real database.
    migrations: { migrationsList: migrations, tableName: 'migrations', snapshot: false },
    pool: { min: 0, max: POOL_SIZE },
    forceUtcTimezone: true,
  });
}
