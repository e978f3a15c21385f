import { OptionalProps } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../database/node.entity.js';
import { User } from '../users/user.entity.js';

/** The APIs that open sessions, as they are stored. */
export const Api = {
  GRAPHQL: 'graphql',
  UIMS: 'uims',
  CONSOLE: 'console',
  BMS: 'bms',
  UPGRADE: 'upgrade',
  TEACHER: 'teacher',
} as const;
export type Api = (typeof Api)[keyof typeof Api];
registerEnumType(Api, {
  name: 'Api',
  description: 'An API of the gateway.',
  valuesConfig: {
    GRAPHQL: { description: 'This API.' },
    UIMS: { description: 'The legacy UIMS API.' },
    CONSOLE: { description: 'The legacy console API.' },
    BMS: { description: 'The legacy BMS API.' },
    UPGRADE: { description: 'The legacy upgrade API.' },
    TEACHER: { description: 'The legacy teacher API.' },
  },
});

/** What opened a session. */
export enum SessionKind {
  LOGIN = 'LOGIN',
  API_KEY = 'API_KEY',
  DEVICE_CREDENTIAL = 'DEVICE_CREDENTIAL',
}
registerEnumType(SessionKind, {
  name: 'SessionKind',
  description: 'What a session stands for.',
  valuesConfig: {
    LOGIN: { description: 'Someone, or a device, has signed in.' },
    API_KEY: { description: 'An API key. The session lasts as long as its key, and ends with it.' },
    DEVICE_CREDENTIAL: {
      description:
        'The credential of one device, which is bound to its `deviceId`. Revoking the session revokes it.',
    },
  },
});

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A login and the tokens it was given, an API key, or the credential of a device.',
})
@Entity({ tableName: 'sessions' })
@Index({ properties: ['createdAt', 'id'] })
@Index({ properties: ['user', 'createdAt', 'id'] })
@Index({ properties: ['api', 'createdAt', 'id'] })
@Index({
  name: 'sessions_machines_index',
  expression:
    "create index sessions_machines_index on sessions (session_kind, created_at, id) where session_kind <> 'LOGIN'",
})
export class Session {
  [OptionalProps]?: 'openedByPhone' | 'kind';

  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne({ entity: () => User, deleteRule: 'cascade' })
  user!: User;

  @Field(() => SessionKind, { description: 'What it stands for.' })
  @Property({ type: 'text', fieldName: 'session_kind', default: SessionKind.LOGIN })
  kind: SessionKind = SessionKind.LOGIN;

  @Field(() => Api, { description: 'The API it was opened through.' })
  @Property({ type: 'text', fieldName: 'door' })
  api!: Api;

  /** A restricted session never administers, whatever its owner's roles are. */
  @Field(() => Boolean, {
    description:
      'Whether it is limited to the account of its user and to publishing releases, whatever the roles allow. ' +
      'Sessions of legacy APIs are.',
  })
  @Property({ type: 'boolean', fieldName: 'capped' })
  restricted!: boolean;

  /** All that it can be allowed, whatever the roles of its user grant; null for a login. */
  @Property({ type: 'text[]', fieldName: 'ceiling', nullable: true })
  permissions: string[] | null = null;

  /** Whether it was opened with a code that was sent to the phone of its user. */
  @Property({ type: 'boolean', default: false })
  openedByPhone: boolean = false;

  /**
   * When its user last proved who they are, see `step-ups.ts`. Null before the first proof of a second factor, if one was
   * enrolled meanwhile.
   */
  @Property({ type: 'timestamptz', nullable: true })
  provenAt: Date | null = null;

  /** SHA-256 of the current access token, hex; that of a machine by `machineTokenHash`. */
  @Unique()
  @Property({ type: 'text', hidden: true })
  tokenHash!: string;

  @Property({ type: 'timestamptz' })
  tokenExpiresAt!: Date;

  @Field(() => String, { nullable: true, description: 'The id that the device gave itself at login.' })
  @Property({ type: 'text', nullable: true })
  deviceId: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'The device model that the login named, or its browser.',
  })
  @Property({ type: 'text', nullable: true })
  deviceModel: string | null = null;

  @Field(() => String, { nullable: true, description: 'The client version that the login named.' })
  @Property({ type: 'text', nullable: true })
  clientVersion: string | null = null;

  @Field(() => String, { nullable: true, description: 'The network address of the login.' })
  @Property({ type: 'text', nullable: true })
  address: string | null = null;

  @Field(() => Date, { description: 'When it was opened.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  @Field(() => Date, { description: 'When it was last used. Saved in batches, so it can be a minute old.' })
  @Property({ type: 'timestamptz' })
  lastSeenAt!: Date;

  @Field(() => Date, {
    description: 'When it ends unless it is used (sliding expiration) or refreshed before.',
  })
  @Index()
  @Property({ type: 'timestamptz' })
  expiresAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When it was revoked or signed out; null while it is open.',
  })
  @Index()
  @Property({ type: 'timestamptz', nullable: true })
  revokedAt: Date | null = null;
}
