import { Entity, Index, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../database/node.entity.js';

/** The audited actions as they are stored: the object, a dot and the action. */
export const AuditAction = {
  SESSION_OPEN: 'session.open',
  SESSION_CLOSE: 'session.close',
  SESSION_REFUSE: 'session.refuse',
  SESSION_STEP_UP: 'session.step-up',
  SESSION_STEP_UP_REFUSE: 'session.step-up-refuse',
  SESSION_REVOKE: 'session.revoke',
  SESSION_REVOKE_ALL: 'session.revoke-all',
  SESSION_CLAIM: 'session.claim',
  SESSION_CREDENTIAL: 'session.credential',
  USER_CREATE: 'user.create',
  USER_UPDATE: 'user.update',
  USER_ACTIVE: 'user.active',
  USER_DISABLED: 'user.disabled',
  USER_ROLES: 'user.roles',
  USER_PASSWORD: 'user.password',
  USER_PASSWORD_REFUSE: 'user.password-refuse',
  USER_RESET_REQUEST: 'user.reset-request',
  USER_RESET_LINK: 'user.reset-link',
  USER_RESET_REFUSE: 'user.reset-refuse',
  USER_PASSWORD_RESET: 'user.password-reset',
  USER_PHONE_PROVEN: 'user.phone-proven',
  USER_FACTOR_ADD: 'user.factor-add',
  USER_FACTOR_REMOVE: 'user.factor-remove',
  USER_FACTOR_RESET: 'user.factor-reset',
  USER_RECOVERY_CODE: 'user.recovery-code',
  USER_RECOVERY_CODES: 'user.recovery-codes',
  USER_PASSKEY_RENAME: 'user.passkey-rename',
  USER_PASSKEY_REFUSE: 'user.passkey-refuse',
  USER_DELETE: 'user.delete',
  ROLE_CREATE: 'role.create',
  ROLE_UPDATE: 'role.update',
  ROLE_DELETE: 'role.delete',
  KEY_CREATE: 'key.create',
  KEY_REVOKE: 'key.revoke',
  DEVICE_UPDATE: 'device.update',
  DEVICE_BULK: 'device.bulk',
  DEVICE_BULK_STOP: 'device.bulk_stop',
  DEVICE_BULK_RESUME: 'device.bulk_resume',
  DEVICE_GROUP_CREATE: 'device.group_create',
  DEVICE_GROUP_UPDATE: 'device.group_update',
  DEVICE_GROUP_DELETE: 'device.group_delete',
  DEVICE_RETIRE: 'device.retire',
  DEVICE_DELETE: 'device.delete',
  DEVICE_EXPORT: 'device.export',
  USER_EXPORT: 'user.export',
  AUDIT_EXPORT: 'audit.export',
  RELEASE_PUBLISH: 'release.publish',
  RELEASE_WITHDRAW: 'release.withdraw',
  BACKUP_CREATE: 'backup.create',
  BACKUP_RESTORE: 'backup.restore',
} as const;
export type AuditAction = (typeof AuditAction)[keyof typeof AuditAction];

/** The actions as they are shown: those that only a newer version records are unknown. */
export const ShownAction = { ...AuditAction, UNKNOWN: 'unknown' } as const;
export type ShownAction = (typeof ShownAction)[keyof typeof ShownAction];
registerEnumType(ShownAction, {
  name: 'AuditAction',
  description: 'What was done.',
  valuesConfig: {
    SESSION_OPEN: { description: 'Someone signed in. `detail` names the API.' },
    SESSION_CLOSE: { description: 'Someone signed out. `detail` names the API.' },
    SESSION_REFUSE: { description: 'A login was refused. `detail` names the API and the error code.' },
    SESSION_STEP_UP: { description: 'Someone proved again who they are. `detail` says with what.' },
    SESSION_STEP_UP_REFUSE: {
      description: 'Someone failed to prove again who they are. `detail` is the error code.',
    },
    SESSION_REVOKE: {
      description: 'A session was revoked. `detail` says so where a reused refresh token ended it.',
    },
    SESSION_REVOKE_ALL: {
      description: 'All sessions of a user were revoked. `detail` is their number.',
    },
    SESSION_CLAIM: {
      description:
        'A user entered the code that a device shows. `detail` is the id that the device gives itself.',
    },
    SESSION_CREDENTIAL: {
      description:
        'A device of an account got a credential. `detail` is the id that the device gives itself.',
    },
    USER_CREATE: { description: 'An account was created. `detail` lists its roles where they were chosen.' },
    USER_UPDATE: {
      description:
        'An administrator changed the names or the profile of an account. `detail` lists the fields.',
    },
    USER_ACTIVE: { description: 'An account was enabled.' },
    USER_DISABLED: { description: 'An account was disabled.' },
    USER_ROLES: { description: 'The roles of an account were set. `detail` lists them.' },
    USER_PASSWORD: {
      description: 'Someone changed their password. `detail` is `first` where the account had none.',
    },
    USER_PASSWORD_REFUSE: { description: 'A password change was refused: the current password was wrong.' },
    USER_RESET_REQUEST: { description: 'A code to reset the password of an account was sent by SMS.' },
    USER_RESET_LINK: { description: 'A link to reset the password of an account was created.' },
    USER_RESET_REFUSE: {
      description: 'A password reset was refused. `detail` names the API and the error code.',
    },
    USER_PASSWORD_RESET: {
      description: 'A password was reset. `detail` says by which means: `sms`, `link` or `operator`.',
    },
    USER_PHONE_PROVEN: { description: 'Someone proved by SMS that the phone of an account is theirs.' },
    USER_FACTOR_ADD: {
      description: 'Someone enrolled a second factor. `detail` is its method, and the name of a passkey.',
    },
    USER_FACTOR_REMOVE: {
      description: 'Someone removed a second factor. `detail` is its method, and the name of a passkey.',
    },
    USER_FACTOR_RESET: {
      description: 'An administrator or the command line removed all second factors of an account.',
    },
    USER_RECOVERY_CODE: { description: 'Someone used a recovery code. `detail` is how many are left.' },
    USER_RECOVERY_CODES: { description: 'Someone replaced their recovery codes.' },
    USER_PASSKEY_RENAME: {
      description: 'Someone renamed a passkey of theirs. `detail` has the old and the new name.',
    },
    USER_PASSKEY_REFUSE: {
      description:
        'A passkey was refused because its counter did not advance: there may be a copy. `detail` is its name.',
    },
    USER_DELETE: { description: 'An account was deleted.' },
    ROLE_CREATE: {
      description:
        'A role was created. `detail` has its code, its permissions, and whether it requires a second factor.',
    },
    ROLE_UPDATE: {
      description:
        'A role was changed. `detail` has its code, its permissions, and whether it requires a second factor.',
    },
    ROLE_DELETE: { description: 'A role was deleted. `detail` has its code.' },
    KEY_CREATE: {
      description: 'An API key of an account was created. `detail` has its id and its permissions.',
    },
    KEY_REVOKE: { description: 'An API key of an account was revoked. `detail` is its id.' },
    DEVICE_UPDATE: { description: 'A device was edited. `detail` names the fields that changed.' },
    DEVICE_BULK: {
      description:
        'An action on many devices was started. `detail` has its kind, its value and their number.',
    },
    DEVICE_BULK_STOP: { description: 'An action on many devices was stopped.' },
    DEVICE_BULK_RESUME: { description: 'An action on many devices was continued.' },
    DEVICE_GROUP_CREATE: { description: 'A group of devices was created. `detail` is its name.' },
    DEVICE_GROUP_UPDATE: { description: 'A group of devices was changed. `detail` is its name.' },
    DEVICE_GROUP_DELETE: { description: 'A group of devices was deleted. `detail` is its name.' },
    DEVICE_RETIRE: { description: 'A device was retired, and its sessions ended.' },
    DEVICE_DELETE: { description: 'A device was deleted with its history, and its sessions ended.' },
    DEVICE_EXPORT: {
      description: 'Devices were exported. `detail` has the format and the number of devices.',
    },
    USER_EXPORT: {
      description: 'Accounts were exported. `detail` has the format and the number of accounts.',
    },
    AUDIT_EXPORT: {
      description: 'Audit entries were exported. `detail` has the format and the number of entries.',
    },
    RELEASE_PUBLISH: { description: 'A release was published. `detail` names its channel and version.' },
    RELEASE_WITHDRAW: { description: 'A release was withdrawn. `detail` names its channel and version.' },
    BACKUP_CREATE: {
      description: 'The installation was backed up on the command line, secrets included.',
    },
    BACKUP_RESTORE: {
      description:
        'The installation was restored. `detail` is the time of the backup; entries before it are those of the backup.',
    },
    UNKNOWN: { description: 'An action that only a newer version of the gateway knows.' },
  },
});

/** The grams of an entry's own texts, in SQL. An index has them. */
export const AUDIT_GRAMS = 'search_grams(target, address, detail)';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A recorded action, with its actor, target and network address.',
})
@Entity({ tableName: 'audit_entries' })
@Index({ properties: ['at', 'id'] })
@Index({ properties: ['actorId', 'at', 'id'] })
@Index({ properties: ['target', 'at', 'id'] })
@Index({ properties: ['action', 'at', 'id'] })
@Index({
  name: 'audit_entries_search_index',
  expression: `create index audit_entries_search_index on audit_entries using gin (${AUDIT_GRAMS})`,
})
export class AuditEntry {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  /** The transaction that recorded it, for `AuditTail`; null for entries that are older than this column. */
  @Index({ name: 'audit_entries_transaction_index' })
  @Property({ columnType: 'xid8', nullable: true, defaultRaw: 'pg_current_xact_id()' })
  transaction?: string | null;

  @Field(() => Date, { description: 'When it was done.' })
  @Property({ type: 'timestamptz' })
  at!: Date;

  /** An `AuditAction`, or one of a newer version. */
  @Property({ type: 'text' })
  action!: string;

  /** The user who acted. No foreign key: the entry outlives the account, without naming its owner. */
  @Property({ type: 'integer', nullable: true })
  actorId: number | null = null;

  @Field(() => String, {
    nullable: true,
    description:
      'The node id of what was acted on, such as `user_64`; `user_erased` once that account is deleted.',
  })
  @Property({ type: 'text', nullable: true })
  target: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'The network address, or `command line (<account>)` for the command line of the host.',
  })
  @Property({ type: 'text', nullable: true })
  address: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'What the action adds, as its description says; never a secret.',
  })
  @Property({ type: 'text', nullable: true })
  detail: string | null = null;
}
