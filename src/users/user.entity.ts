import { Collection, OptionalProps } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToMany, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Extensions, Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Node } from '../database/node.entity.js';
import { LICENSE_IN_FORCE } from './license.entity.js';
import { Role } from './role.entity.js';

export enum UserStatus {
  ACTIVE = 'ACTIVE',
  DISABLED = 'DISABLED',
}
registerEnumType(UserStatus, {
  name: 'UserStatus',
  description: 'Whether an account can sign in.',
  valuesConfig: {
    ACTIVE: { description: 'It can sign in.' },
    DISABLED: { description: 'It cannot sign in, and has no sessions.' },
  },
});

export enum UserKind {
  PERSON = 'PERSON',
  SERVICE = 'SERVICE',
}
registerEnumType(UserKind, {
  name: 'UserKind',
  description: 'What an account is for.',
  valuesConfig: {
    PERSON: {
      description: 'A person, or devices that sign in. Accounts are of this kind unless created as another.',
    },
    SERVICE: {
      description: 'Programs, which use API keys. It has no password and no phone, and never signs in.',
    },
  },
});

export enum Gender {
  MALE = 'MALE',
  FEMALE = 'FEMALE',
}
registerEnumType(Gender, {
  name: 'Gender',
  description: 'The gender in a profile.',
  valuesConfig: { MALE: { description: 'Male.' }, FEMALE: { description: 'Female.' } },
});

/**
 * Human-resources data for the BMS answer, with the field names of its document. A missing field is shown with the
 * neutral value of the document's sample.
 */
export interface Employee {
  jobNumber?: string;
  companyPhone?: string;
  sex?: string;
  loginByPhone?: string;
  sort?: number;
  petName?: string;
  wechatName?: string;
  deptName?: string;
  deptPath?: string;
  deptDescription?: string;
  status?: string;
  statusDesc?: string;
  positionCode?: string;
  positionId?: number;
  positionName?: string;
  deptId?: number;
  companyId?: number;
  companyName?: string;
  groupId?: number;
  groupName?: string;
  city?: string;
  entryDate?: number;
  peculiarStatusDesc?: string;
  isPosition?: number;
  isRegular?: number;
  isHomeWork?: number;
}

/** The grams of the texts that people are searched by, in SQL. An index has them. */
export const USER_GRAMS = 'search_grams(username, phone, name, nickname, email)';

@ObjectType({
  implements: Node,
  simpleResolvers: true,
  description: 'An account: of a person, of devices or of programs.',
})
@Entity({ tableName: 'users' })
@Index({ properties: ['username', 'id'] })
@Index({ properties: ['createdAt', 'id'] })
@Index({
  name: 'users_service_index',
  expression: `create index users_service_index on users (id) where account_kind = 'SERVICE'`,
})
@Index({
  name: 'users_search_index',
  expression: `create index users_search_index on users using gin (${USER_GRAMS})`,
})
export class User {
  [OptionalProps]?: 'kind' | 'status' | 'countryCode' | 'licenseStatus';

  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => UserKind, { description: 'What the account is for.' })
  @Property({ type: 'text', fieldName: 'account_kind', default: UserKind.PERSON })
  kind: UserKind = UserKind.PERSON;

  @Field(() => String, {
    name: 'login',
    simple: false,
    nullable: true,
    description: 'The username: what it signs in with. Null for an account with a phone only.',
  })
  @Extensions({ readsFrom: ['username'] })
  @Property({ type: 'text', nullable: true })
  username: string | null = null;

  /** Canonical: digits with the country code, no plus (`phone.ts`). */
  @Property({ type: 'text', nullable: true })
  phone: string | null = null;

  @Property({ type: 'timestamptz', nullable: true })
  phoneVerifiedAt: Date | null = null;

  /** `Enrollments` keeps it. */
  @Field(() => Date, {
    nullable: true,
    description: 'Since when the account has a second factor; null if it has none.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  secondFactorSince: Date | null = null;

  /** See `password-hash.ts`. Null if the user can log in by phone only. */
  @Property({ type: 'text', nullable: true, hidden: true })
  passwordHash: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'The email address: contact data, not unique and not for signing in.',
  })
  @Property({ type: 'text', nullable: true })
  email: string | null = null;

  @Field(() => String, { nullable: true, description: 'The full name.' })
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  @Field(() => String, {
    nullable: true,
    description: 'The nickname. Other users are shown it before the name.',
  })
  @Property({ type: 'text', nullable: true })
  nickname: string | null = null;

  @Field(() => String, { nullable: true, description: 'The address of the profile image.' })
  @Property({ type: 'text', nullable: true })
  avatarUrl: string | null = null;

  @Field(() => Gender, { nullable: true, description: 'The gender.' })
  @Enum({ items: () => Gender, type: 'text', nullable: true })
  gender: Gender | null = null;

  @Field(() => String, { nullable: true, description: 'A line that the user writes under their name.' })
  @Property({ type: 'text', nullable: true })
  signature: string | null = null;

  @Field(() => String, { nullable: true, description: 'A short introduction.' })
  @Property({ type: 'text', nullable: true })
  brief: string | null = null;

  @Field(() => String, {
    name: 'typeLabel',
    simple: false,
    nullable: true,
    description:
      'The category of the account in words, as the importing system or an administrator chose it: `user_type` ' +
      'at the UIMS API, `scope` at the BMS API.',
  })
  @Extensions({ readsFrom: ['userType'] })
  @Property({ type: 'text', nullable: true })
  userType: string | null = null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The category of the account as a number, as the importing system or an administrator chose it: `type` at ' +
      'the BMS, teacher and heartbeat APIs. The gateway attaches no meaning to it.',
  })
  @Property({ type: 'integer', nullable: true })
  type: number | null = null;

  @Field(() => UserStatus, { description: 'Whether the account can sign in.' })
  @Enum({ items: () => UserStatus, type: 'text' })
  status: UserStatus = UserStatus.ACTIVE;

  @Field(() => String, {
    name: 'code',
    simple: false,
    description: 'A 64-bit decimal number, unique to the user: `user_code` at the UIMS API.',
  })
  @Index()
  @Extensions({ readsFrom: ['userCode'] })
  @Property({ type: 'text' })
  userCode!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The id of the account at an external identity provider.',
  })
  @Property({ type: 'text', nullable: true })
  openId: string | null = null;

  @Field(() => String, { description: 'The country calling code of the account, such as `+86`.' })
  @Property({ type: 'text' })
  countryCode: string = '+86';

  @Property({ type: 'text', nullable: true })
  licenseNumber: string | null = null;

  @Property({ type: 'integer' })
  licenseStatus: number = LICENSE_IN_FORCE;

  @Property({ type: 'timestamptz', nullable: true })
  licenseEffectDate: Date | null = null;

  @Property({ type: 'timestamptz', nullable: true })
  licenseExpiresAt: Date | null = null;

  /** The sparse human-resources fields of the BMS answer. */
  @Property({ type: 'json', nullable: true })
  employee: Employee | null = null;

  @Field(() => Date, { description: 'When the account was created.' })
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  /** Null until the first change, as the heartbeat answer shows `modify_time`. */
  @Field(() => Date, {
    nullable: true,
    description: 'When the account was last changed; null until the first change.',
  })
  @Property({ type: 'timestamptz', nullable: true })
  updatedAt: Date | null = null;

  @ManyToMany({ entity: () => Role, pivotTable: 'user_roles', index: 'user_roles_role_id_index' })
  roles = new Collection<Role>(this);
}
