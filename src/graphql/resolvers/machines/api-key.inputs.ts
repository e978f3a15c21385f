import { ArgsType, Field, ID, InputType, Int } from 'type-graphql';
import { DEFAULT_LIFETIME_DAYS, MAX_LIFETIME_DAYS, MAX_NAME_LENGTH } from '../../../machines/new-api-key.js';
import type { Permission } from '../../../users/permissions.js';
import { PageArgs } from '../../connection.js';
import { PermissionEnum } from '../../permission.js';
import { USERNAME } from '../users/user.inputs.js';

@InputType({ description: 'A new account for programs.' })
export class CreateServiceAccountInput {
  @Field(() => String, {
    description: `${USERNAME} Unique. A service account is found by it, and does not sign in.`,
  })
  username!: string;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  name?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Codes of its roles, from `roles`. MEMBER by default.',
  })
  roles?: string[] | null;
}

@InputType({ description: 'A new API key.' })
export class CreateApiKeyInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The account that the key acts as: your own by default, or a service account.',
  })
  userId?: string | null;

  @Field(() => String, { description: `What it is for: 1 to ${MAX_NAME_LENGTH} characters.` })
  name!: string;

  @Field(() => [PermissionEnum], {
    description: 'What it allows: permissions that this session has, and that the account has.',
  })
  permissions!: Permission[];

  @Field(() => Int, {
    nullable: true,
    defaultValue: DEFAULT_LIFETIME_DAYS,
    description: `Days until it expires: at most ${MAX_LIFETIME_DAYS}; null for a key that does not expire.`,
  })
  lifetimeDays!: number | null;
}

@InputType({ description: 'An API key to revoke.' })
export class RevokeApiKeyInput {
  @Field(() => ID, { description: 'The id of the key.' })
  id!: string;
}

@InputType({ description: 'Which API keys. Omitted fields match everything.' })
export class ApiKeyFilter {
  @Field(() => ID, { nullable: true, description: 'Keys that act as this user.' })
  userId?: string | null;
}

@ArgsType()
export class ApiKeysArgs extends PageArgs {
  @Field(() => ApiKeyFilter, { nullable: true, description: 'Which keys.' })
  filter?: ApiKeyFilter | null;
}
