import { ReflectMetadataProvider } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import { MikroORM } from '@mikro-orm/postgresql';
import { migrations } from '../../migrations/index.js';
import { AuditEntry } from '../audit/audit-entry.entity.js';
import { Captcha } from '../captchas/captcha.entity.js';
import { Device } from '../devices/device.entity.js';
import { PresenceEvent } from '../devices/presence-event.entity.js';
import { StartError } from '../errors.js';
import { Release } from '../releases/release.entity.js';
import { ReleaseEvent } from '../releases/release-event.entity.js';
import { RefreshToken } from '../sessions/refresh-token.entity.js';
import { Session } from '../sessions/session.entity.js';
import { LoginName } from '../users/login-name.entity.js';
import { builtInRoles } from '../users/permissions.js';
import { Role } from '../users/role.entity.js';
import { User } from '../users/user.entity.js';
import { exclusively } from './exclusive.js';

export type Database = MikroORM;

/** Connections of one node. PostgreSQL's own default allows 100 in all. */
const POOL_SIZE = 20;

/**
 * Connects to PostgreSQL; the schema may still be older than the code (see `migrate`).
 * @param url `postgresql://user:password@host:port/database`
 * @throws StartError when the database cannot be reached.
 */
export async function openDatabase(url: string): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: url,
    entities: [
      AuditEntry,
      Captcha,
      Device,
      PresenceEvent,
      LoginName,
      RefreshToken,
      Release,
      ReleaseEvent,
      Role,
      Session,
      User,
    ],
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

/**
 * Applies pending migrations and writes the built-in roles. Several processes may call it at once: one works,
 * the others wait.
 * @returns the names of those it applied.
 */
export function migrate(orm: Database): Promise<string[]> {
  return exclusively(orm, 'migration', async (em) => {
    const applied = await orm.migrator.up();
    await em.upsertMany(
      Role,
      Object.entries(builtInRoles).map(([code, role]) => ({
        code,
        ...role,
        permissions: [...role.permissions],
      })),
    );
    return applied.map(({ name }) => name);
  });
}
