import type { EntityManager } from '@mikro-orm/postgresql';
import { AuditEntry } from './audit/audit-entry.entity.js';
import { Captcha } from './captchas/captcha.entity.js';
import { LastBackup } from './database/backups/last-backup.entity.js';
import type { Database } from './database/database.js';
import { exclusively } from './database/exclusive.js';
import { Fleet } from './database/fleet.entity.js';
import { reasonOf } from './database/reason.js';
import { DeviceAction } from './devices/actions/device-action.entity.js';
import { DeviceCount } from './devices/counts/device-count.entity.js';
import { Device } from './devices/device.entity.js';
import { DeviceGroup } from './devices/groups/device-group.entity.js';
import { FleetHour } from './devices/history/fleet-hour.entity.js';
import { FleetMinute } from './devices/history/fleet-minute.entity.js';
import { VersionChange } from './devices/history/version-change.entity.js';
import { PresenceEvent } from './devices/presence-event.entity.js';
import { PresenceClock } from './devices/transitions/presence-clock.entity.js';
import { PresencePosition } from './devices/transitions/presence-position.entity.js';
import { StartError } from './errors.js';
import { ExportTicket } from './exports/export-ticket.entity.js';
import { Authenticator } from './factors/authenticator.entity.js';
import { RecoveryCode } from './factors/recovery-code.entity.js';
import { LoginChallenge } from './logins/login-challenge.entity.js';
import { ApiKey } from './machines/api-key.entity.js';
import { DeviceClaim } from './machines/device-claim.entity.js';
import { Passkey } from './passkeys/passkey.entity.js';
import { PasskeyChallenge } from './passkeys/passkey-challenge.entity.js';
import { Release } from './releases/release.entity.js';
import { ReleaseEvent } from './releases/release-event.entity.js';
import { KnownClient } from './sessions/known-client.entity.js';
import { Session } from './sessions/session.entity.js';
import { RefreshToken } from './sessions/tokens/refresh-token.entity.js';
import { AccountChange } from './users/account-change.entity.js';
import { LoginName } from './users/names/login-name.entity.js';
import { PasswordResetLink } from './users/passwords/password-reset-link.entity.js';
import { builtInRoles, isPermission } from './users/permissions.js';
import { Role } from './users/role.entity.js';
import { User } from './users/user.entity.js';

/** All entities, for `openDatabase`. */
export const entities = [
  AccountChange,
  ApiKey,
  AuditEntry,
  Authenticator,
  Captcha,
  Device,
  DeviceClaim,
  DeviceAction,
  DeviceCount,
  ExportTicket,
  DeviceGroup,
  Fleet,
  FleetHour,
  FleetMinute,
  KnownClient,
  LastBackup,
  LoginChallenge,
  LoginName,
  Passkey,
  PasskeyChallenge,
  PasswordResetLink,
  PresenceClock,
  PresenceEvent,
  PresencePosition,
  RecoveryCode,
  RefreshToken,
  Release,
  ReleaseEvent,
  Role,
  Session,
  User,
  VersionChange,
];

/**
 * Applies pending migrations and writes the built-in roles. Of several processes that call it at once, one does the work
 * and the others wait.
 * @returns the names of the applied migrations.
 * @throws StartError with the database's reason.
 */
export function migrate(orm: Database): Promise<string[]> {
  const migrated = exclusively(orm, 'migration', async (em) => {
    const applied = await orm.migrator.up();
    await writeBuiltInRoles(em);
    return applied.map(({ name }) => name);
  });
  return migrated.catch((error: unknown) => {
    throw new StartError(`The database cannot be migrated: ${reasonOf(error)}.`);
  });
}

async function writeBuiltInRoles(em: EntityManager): Promise<void> {
  const stored = await em.find(Role, {});
  const written = Object.entries(builtInRoles).flatMap(([code, role]) => {
    // A role that an import brought before it was built in stays what it was to those who have it.
    if (stored.some((other) => (other.id === role.id) !== (other.code === code))) return [];
    // What only a newer version knows stays: in a rolling upgrade, an older node may start again after it.
    const earlier = stored.find((other) => other.code === code)?.permissions ?? [];
    const unknown = earlier.filter((name) => !isPermission(name));
    return [{ code, ...role, permissions: [...role.permissions, ...unknown] }];
  });
  await em.upsertMany(Role, written);
}
