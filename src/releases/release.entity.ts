import { BigIntType, OptionalProps } from '@mikro-orm/core';
import {
  Check,
  Entity,
  Enum,
  Index,
  ManyToOne,
  PrimaryKey,
  Property,
  Unique,
} from '@mikro-orm/decorators/legacy';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { User } from '../users/user.entity.js';

@ObjectType({ description: 'A published package. It never changes; it can only be withdrawn.' })
@Entity({ tableName: 'releases' })
@Unique({ properties: ['channel', 'versionOrder'] })
export class Release {
  [OptionalProps]?: 'withdrawnAt' | 'withdrawalReason';

  @Field(() => ID)
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => String)
  @Property({ type: 'text' })
  channel!: string;

  @Field(() => String, { description: 'A whole number or a semantic version; one form in a channel.' })
  @Property({ type: 'text' })
  version!: string;

  /** A `VersionScheme`. */
  @Enum({ items: ['INTEGER', 'SEMVER'], type: 'text', fieldName: 'version_form' })
  versionScheme!: string;

  /** Sorts as versions do, byte by byte (`versions.ts`). */
  @Property({ type: 'text', collation: 'C' })
  versionOrder!: string;

  /** Of the download, in every channel: `/dist/<packageName>`. */
  @Unique()
  @Property({ type: 'text' })
  packageName!: string;

  @Field(() => String, { description: 'As it was uploaded.' })
  @Property({ type: 'text' })
  fileName!: string;

  @Field(() => GraphQLSafeInt, { description: 'In bytes.' })
  @Check({ expression: 'size > 0' })
  @Property({ type: new BigIntType('number') })
  size!: number;

  @Field(() => String, { description: '64 hex digits.' })
  @Index()
  @Property({ type: 'text' })
  sha256!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  notes!: string | null;

  /** Null once the account is erased. */
  @Index()
  @ManyToOne({ entity: () => User, nullable: true, deleteRule: 'set null' })
  uploader!: User | null;

  @Field(() => Date)
  @Property({ type: 'timestamptz' })
  publishedAt!: Date;

  @Field(() => Date, { nullable: true, description: 'From then on it cannot be downloaded.' })
  @Property({ type: 'timestamptz', nullable: true })
  withdrawnAt: Date | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  withdrawalReason: string | null = null;
}
