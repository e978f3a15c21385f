import { ArrayType } from '@mikro-orm/core';
import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Field, Int, ObjectType } from 'type-graphql';
import { Node } from '../database/node.entity.js';
import { Api } from '../sessions/session.entity.js';
import { User } from '../users/user.entity.js';

/** Tags as one value of the type `text[]`. Quoted, since PostgreSQL takes the bare word `null` for no value. */
export const tagArray = (tags: readonly string[]): string =>
  `{${tags.map((tag) => JSON.stringify(tag)).join()}}`;

/** Unlike the type of the library, it keeps the tag `null`. */
class TagsType extends ArrayType<string> {
  override convertToDatabaseValue(tags: string[]): string {
    return tagArray(tags);
  }
}

/** The grams of a device's own texts, in SQL. An index has them. */
export const DEVICE_GRAMS = 'search_grams(name, client_id)';

/** The grams of what administrators call a device. An index has them, for the devices that `IS_LABELED` selects. */
export const LABEL_GRAMS = 'search_grams(variadic tags || display_name)';
export const IS_LABELED = "(display_name is not null or tags <> '{}')";

/** Devices with another channel or interval than the default. An index has them. */
export const HAS_SETTINGS = "(channel <> 'stable' or own_interval_seconds is not null)";

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A machine in the field, or a program on one, that sends heartbeats.',
})
@Entity({ tableName: 'devices' })
@Unique({ properties: ['user', 'clientId'] })
@Index({ properties: ['user', 'id'] })
@Index({ properties: ['api', 'id'] })
@Index({ properties: ['clientVersion', 'id'] })
@Index({ properties: ['online', 'id'] })
@Index({ properties: ['nameOrder', 'id'] })
@Index({ properties: ['versionOrder', 'id'] })
@Index({ properties: ['offlineSince', 'id'] })
@Index({
  name: 'devices_former_session_id_index',
  expression:
    'create index devices_former_session_id_index on devices (former_session_id) where former_session_id is not null',
})
@Index({
  name: 'devices_search_index',
  expression: `create index devices_search_index on devices using gin (${DEVICE_GRAMS}) with (gin_pending_list_limit = 1024)`,
})
@Index({
  name: 'devices_tags_index',
  expression: "create index devices_tags_index on devices using gin (tags) where tags <> '{}'",
})
@Index({
  name: 'devices_label_search_index',
  expression: `create index devices_label_search_index on devices using gin (${LABEL_GRAMS}) where ${IS_LABELED}`,
})
@Index({
  name: 'devices_settings_index',
  expression: `create index devices_settings_index on devices (id) where ${HAS_SETTINGS}`,
})
@Index({
  name: 'devices_retired_index',
  expression: 'create index devices_retired_index on devices (id) where retired_at is not null',
})
export class Device {
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @ManyToOne({ entity: () => User, deleteRule: 'cascade' })
  user!: User;

  @Field(() => String, {
    nullable: true,
    description: 'The id that the device gives itself; null where it gives none.',
  })
  @Property({ type: 'text', nullable: true })
  clientId: string | null = null;

  @Field(() => Api, { description: 'The API of its latest session.' })
  @Property({ type: 'text', fieldName: 'door' })
  api!: Api;

  @Field(() => String, { nullable: true, description: 'The name or model that it reports.' })
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  @Field(() => String, { nullable: true, description: 'The version that it reported last.' })
  @Property({ type: 'text', nullable: true })
  clientVersion: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'What administrators call it; null where it has no such name.',
  })
  @Property({ type: 'text', nullable: true })
  displayName: string | null = null;

  @Field(() => String, { nullable: true, description: 'What administrators note about it.' })
  @Property({ type: 'text', nullable: true })
  notes: string | null = null;

  @Field(() => [String], {
    description: 'Words, or keys with values such as `site:berlin`, by which it can be found. Sorted.',
  })
  @Property({ type: new TagsType(), columnType: 'text[]', defaultRaw: "'{}'" })
  tags: string[] = [];

  @Field(() => String, { description: 'The channel whose releases it is offered.' })
  @Property({ type: 'text' })
  channel: string = 'stable';

  @Field(() => Int, {
    nullable: true,
    description:
      'How often it is expected to send a heartbeat, in seconds; null for the interval of the gateway.',
  })
  @Property({ type: 'integer', nullable: true })
  ownIntervalSeconds: number | null = null;

  @Field(() => Date, {
    nullable: true,
    description: 'When it was retired: since then it is hidden from lists. Null for a device in use.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  retiredAt: Date | null = null;

  @Field(() => Date, {
    nullable: true,
    description: 'When a heartbeat brought it back into use after it had been retired.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  returnedAt: Date | null = null;

  /** The session whose heartbeats count for it. No foreign key: sessions are purged, devices stay. */
  @Index()
  @Property({ type: 'uuid', nullable: true })
  sessionId: string | null = null;

  /**
   * The session that the present one took it over from while it was online. If that one beats after all, it gets the
   * device back.
   */
  @Property({ type: 'uuid', nullable: true })
  formerSessionId: string | null = null;

  @Field(() => Boolean, { description: 'Whether it is online.' })
  @Property({ type: 'boolean' })
  online: boolean = false;

  /** Between its heartbeats, as of the latest of them: see `PresenceStore.saveLastSeen`. */
  @Property({ type: 'float', nullable: true })
  observedIntervalSeconds: number | null = null;

  @Property({ type: 'float', nullable: true })
  jitterSeconds: number | null = null;

  @Field(() => Date, { description: 'When it sent its first heartbeat.' })
  @Property({ type: 'timestamptz' })
  firstSeenAt!: Date;

  @Property({ type: 'timestamptz' })
  lastSeenAt!: Date;

  /** Compares byte by byte as the names that devices go by. */
  @Property({
    type: 'text',
    collation: 'C',
    nullable: true,
    lazy: true,
    generated: `coalesce('0' || natural_order(coalesce(nullif(display_name, ''), nullif(name, ''), client_id)), '1') stored`,
  })
  readonly nameOrder?: string;

  /** Compares byte by byte as versions. */
  @Property({
    type: 'text',
    collation: 'C',
    nullable: true,
    lazy: true,
    generated: 'version_order(client_version) stored',
  })
  readonly versionOrder?: string;

  /** Infinity while it is online. */
  @Property({
    type: 'timestamptz',
    nullable: true,
    lazy: true,
    generated: `case when online then 'infinity'::timestamptz else last_seen_at end stored`,
  })
  readonly offlineSince?: Date;
}
