import { ArgsType, Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { MAX_NAME_LENGTH } from '../../../users/names/login-names.js';
import { MAX_PASSWORD_LENGTH, standardPasswordPolicy } from '../../../users/passwords/password-policy.js';
import { MAX_TEXT_LENGTH } from '../../../users/profile.js';
import { Gender, UserKind, UserStatus } from '../../../users/user.entity.js';
import type { UserSorting } from '../../../users/user-order.js';
import { PageArgs } from '../../connection.js';
import { OrderDirection } from '../../order.js';

const { minLength } = standardPasswordPolicy;
export const NEW_PASSWORD = `${minLength} to ${MAX_PASSWORD_LENGTH} characters without control characters, and not one of the most common passwords.`;
export const USERNAME = `A name to sign in with: 1 to ${MAX_NAME_LENGTH} printable characters.`;
export const PHONE =
  'A phone to sign in with: 6 to 15 digits, with the country code unless it is +86. Unique.';

const UserOrderField: Record<UserSorting, UserSorting> = { CREATED_AT: 'CREATED_AT', USERNAME: 'USERNAME' };
registerEnumType(UserOrderField, {
  name: 'UserOrderField',
  description: 'What users can be sorted by.',
  valuesConfig: {
    CREATED_AT: { description: 'When the account was created.' },
    USERNAME: { description: 'The username, character by character. Accounts without one have no value.' },
  },
});

@InputType({ description: 'How to sort users.' })
export class UserOrder {
  @Field(() => UserOrderField, { description: 'What to sort by.' })
  field!: UserSorting;

  @Field(() => OrderDirection, { defaultValue: OrderDirection.ASC, description: 'Which way to sort.' })
  direction!: OrderDirection;
}

@ArgsType()
export class UsersArgs extends PageArgs {
  @Field(() => String, {
    nullable: true,
    description: 'Part of a username, phone, name, nickname or email. Everyone by default.',
  })
  search?: string | null;

  @Field(() => UserKind, { nullable: true, description: 'Accounts of this kind. Of any by default.' })
  kind?: UserKind | null;

  @Field(() => UserOrder, { nullable: true, description: 'How to sort. By id by default.' })
  orderBy?: UserOrder | null;
}

@InputType({ description: 'Profile fields to change. Omitted fields stay as they are; null clears one.' })
export class UpdateProfileInput {
  @Field(() => String, { nullable: true, description: 'An address such as `li@example.com`.' })
  email?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The full name: at most ${MAX_TEXT_LENGTH} characters.`,
  })
  name?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The nickname: at most ${MAX_TEXT_LENGTH} characters.`,
  })
  nickname?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `The address of the profile image: at most ${MAX_TEXT_LENGTH} characters.`,
  })
  avatarUrl?: string | null;

  @Field(() => Gender, { nullable: true, description: 'The gender.' })
  gender?: Gender | null;

  @Field(() => String, {
    nullable: true,
    description: `A line under the name: at most ${MAX_TEXT_LENGTH} characters.`,
  })
  signature?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `A short introduction: at most ${MAX_TEXT_LENGTH} characters.`,
  })
  brief?: string | null;
}

@InputType({ description: 'A new account. It needs a username, a phone or both.' })
export class CreateUserInput extends UpdateProfileInput {
  @Field(() => String, {
    nullable: true,
    description: `${USERNAME} Unique, whatever the case of its letters.`,
  })
  username?: string | null;

  @Field(() => String, {
    nullable: true,
    description: PHONE,
  })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `${NEW_PASSWORD} Without one, the user signs in with a code sent to the phone.`,
  })
  password?: string | null;

  @Field(() => String, { nullable: true, description: 'The category of the account in words.' })
  typeLabel?: string | null;

  @Field(() => Int, { nullable: true, description: 'The category of the account as a number; 1 by default.' })
  type?: number | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Codes of its roles, from `roles`. MEMBER by default.',
  })
  roles?: string[] | null;
}

@InputType({
  description:
    'Changes of an account. Omitted fields stay as they are; null clears one. It needs a username or a phone.',
})
export class UpdateUserInput extends UpdateProfileInput {
  @Field(() => ID, { description: 'The id of the user.' })
  id!: string;

  @Field(() => String, {
    nullable: true,
    description: `${USERNAME} Unique, whatever the case of its letters.`,
  })
  username?: string | null;

  @Field(() => String, {
    nullable: true,
    description: `${PHONE} A new one is not verified until its owner signs in with a code.`,
  })
  phone?: string | null;

  @Field(() => String, { nullable: true, description: 'The category of the account in words.' })
  typeLabel?: string | null;

  @Field(() => Int, { nullable: true, description: 'The category of the account as a number.' })
  type?: number | null;
}

@InputType({ description: 'The first administrator of an installation.' })
export class CreateFirstAdministratorInput {
  @Field(() => String, { description: 'The token of the set-up link that the gateway prints at its start.' })
  token!: string;

  @Field(() => String, { description: USERNAME })
  username!: string;

  @Field(() => String, { description: NEW_PASSWORD })
  password!: string;
}

@InputType({ description: 'Whether an account can sign in.' })
export class SetUserStatusInput {
  @Field(() => ID, { description: 'The id of the user.' })
  id!: string;

  @Field(() => UserStatus, { description: 'The new status.' })
  status!: UserStatus;
}

@InputType({ description: 'The roles of an account.' })
export class SetUserRolesInput {
  @Field(() => ID, { description: 'The id of the user.' })
  id!: string;

  @Field(() => [String], { description: 'Codes of all roles it has from now on, from `roles`.' })
  roles!: string[];
}

@InputType({ description: 'An account to delete.' })
export class DeleteUserInput {
  @Field(() => ID, { description: 'The id of the user.' })
  id!: string;
}
