import { Collection, OptionalProps } from '@mikro-orm/core';
import { Entity, Enum, Index, ManyToMany, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType, registerEnumType } from 'type-graphql';
import { Role } from './role.entity.js';

export enum UserStatus {
  ACTIVE = 'ACTIVE',
  DISABLED = 'DISABLED',
}
registerEnumType(UserStatus, { name: 'UserStatus' });

export enum Gender {
  MALE = 'MALE',
  FEMALE = 'FEMALE',
}
registerEnumType(Gender, { name: 'Gender' });

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

@ObjectType({ description: 'A licence to use the fleet software, as the upgrade API shows it.' })
export class License {
  @Field(() => String, { nullable: true })
  number!: string | null;

  @Field(() => Int, { description: '1 is in force.' })
  status!: number;

  @Field(() => Date, { nullable: true })
  effectDate!: Date | null;

  @Field(() => Date, { nullable: true })
  expiresAt!: Date | null;
}

@ObjectType({ description: 'A person or a device account.' })
@Entity({ tableName: 'users' })
export class User {
  [OptionalProps]?: 'status' | 'countryCode' | 'licenseStatus' | 'license';

  @Field(() => ID)
  @PrimaryKey({ type: 'integer' })
  id!: number;

  @Field(() => String, { nullable: true, description: 'A login name; null where the phone is the only one.' })
  @Property({ type: 'text', nullable: true })
  username: string | null = null;

  /** Canonical: digits with the country code, no plus (`phone.ts`). */
  @Property({ type: 'text', nullable: true })
  phone: string | null = null;

  @Property({ type: 'timestamptz', nullable: true })
  phoneVerifiedAt: Date | null = null;

  /** See `password-hash.ts`. Null if the user can log in by phone only. */
  @Property({ type: 'text', nullable: true, hidden: true })
  passwordHash: string | null = null;

  @Field(() => String, { nullable: true, description: 'Contact data: neither unique nor a login name.' })
  @Property({ type: 'text', nullable: true })
  email: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  name: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  nickname: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  avatarUrl: string | null = null;

  @Field(() => Gender, { nullable: true })
  @Enum({ items: () => Gender, type: 'text', nullable: true })
  gender: Gender | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  signature: string | null = null;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  brief: string | null = null;

  @Field(() => String, { nullable: true, description: 'A category in words, as uims and bms show it.' })
  @Property({ type: 'text', nullable: true })
  userType: string | null = null;

  @Field(() => Int, {
    nullable: true,
    description: 'A category as a number, as teacher and heartbeat show it.',
  })
  @Property({ type: 'integer', nullable: true })
  type: number | null = null;

  @Field(() => UserStatus)
  @Enum({ items: () => UserStatus, type: 'text' })
  status: UserStatus = UserStatus.ACTIVE;

  @Field(() => String, { description: 'A 64-bit decimal number, unique to the user.' })
  @Property({ type: 'text' })
  userCode!: string;

  @Field(() => String, { nullable: true })
  @Property({ type: 'text', nullable: true })
  openId: string | null = null;

  @Field(() => String)
  @Property({ type: 'text' })
  countryCode: string = '+86';

  @Property({ type: 'text', nullable: true })
  licenseNumber: string | null = null;

  @Property({ type: 'integer' })
  licenseStatus: number = 1;

  @Property({ type: 'timestamptz', nullable: true })
  licenseEffectDate: Date | null = null;

  @Property({ type: 'timestamptz', nullable: true })
  licenseExpiresAt: Date | null = null;

  /** The sparse human-resources fields of the BMS answer. */
  @Property({ type: 'json', nullable: true })
  employee: Employee | null = null;

  @Field(() => Date)
  @Index()
  @Property({ type: 'timestamptz' })
  createdAt!: Date;

  /** Null until the first change, as the heartbeat answer shows `modify_time`. */
  @Field(() => Date, { nullable: true })
  @Property({ type: 'timestamptz', nullable: true })
  updatedAt: Date | null = null;

  @ManyToMany({ entity: () => Role, pivotTable: 'user_roles' })
  roles = new Collection<Role>(this);

  @Field(() => License)
  get license(): License {
    return {
      number: this.licenseNumber,
      status: this.licenseStatus,
      effectDate: this.licenseEffectDate,
      expiresAt: this.licenseExpiresAt,
    };
  }
}
