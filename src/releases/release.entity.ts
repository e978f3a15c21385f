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
import { Field, ObjectType } from 'type-graphql';
import { Node } from '../database/node.entity.js';
import { User } from '../users/user.entity.js';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'A published package. It never changes; it can only be withdrawn.',
})
@Entity({ tableName: 'releases' })
@Unique({ properties: ['channel', 'versionOrder'] })
export class Release {
  [OptionalProps]?: 'withdrawnAt' | 'withdrawalReason';

  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => String, { description: 'The channel it was published in, such as `stable`.' })
  @Property({ type: 'text' })
  channel!: string;

  @Field(() => String, {
    description: 'A whole number or a semantic version. All versions of a channel have the same form.',
  })
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

  @Field(() => String, { description: 'The name of the uploaded file.' })
  @Property({ type: 'text' })
  fileName!: string;

  @Field(() => GraphQLSafeInt, { description: 'The size of the package in bytes.' })
  @Check({ expression: 'size > 0' })
  @Property({ type: new BigIntType('number') })
  size!: number;

  @Field(() => String, { description: 'The SHA-256 of the package, as 64 hex digits.' })
  @Index()
  @Property({ type: 'text' })
  sha256!: string;

  @Field(() => String, { nullable: true, description: 'What is new, in the words of the publisher.' })
  @Property({ type: 'text', nullable: true })
  notes!: string | null;

  /** Null once the account is erased. */
  @Index()
  @ManyToOne({ entity: () => User, nullable: true, deleteRule: 'set null' })
  uploader!: User | null;

  @Field(() => Date, { description: 'When it was published.' })
  @Property({ type: 'timestamptz' })
  publishedAt!: Date;

  @Field(() => Date, {
    nullable: true,
    description: 'When it was withdrawn; null while it can be downloaded.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  withdrawnAt: Date | null = null;

  @Field(() => String, { nullable: true, description: 'Why it was withdrawn.' })
  @Property({ type: 'text', nullable: true })
  withdrawalReason: string | null = null;
}
