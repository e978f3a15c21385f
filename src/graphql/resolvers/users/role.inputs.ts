import { Field, ID, InputType } from 'type-graphql';
import { MAX_ROLE_NAME_LENGTH } from '../../../administration/role-editing.js';
import type { Permission } from '../../../users/permissions.js';
import { PermissionEnum } from '../../permission.js';

const NAME = `Its name for people: 1 to ${MAX_ROLE_NAME_LENGTH} characters.`;
const SECOND_FACTOR =
  'Whether people who have it must enrol a second factor before their sessions allow anything else.';
const PERMISSIONS = 'What it allows, beyond what every user may do. You need each of these permissions.';

@InputType({ description: 'A new role.' })
export class CreateRoleInput {
  @Field(() => String, {
    description: 'The code that names it: 1 to 64 capital letters, digits and underscores. Unique.',
  })
  code!: string;

  @Field(() => String, { description: NAME })
  name!: string;

  @Field(() => [PermissionEnum], { description: PERMISSIONS })
  permissions!: Permission[];

  @Field(() => Boolean, { defaultValue: false, description: SECOND_FACTOR })
  requiresSecondFactor!: boolean;
}

@InputType({ description: 'Changes of a role. Omitted fields stay as they are.' })
export class UpdateRoleInput {
  @Field(() => ID, { description: 'The id of the role.' })
  id!: string;

  @Field(() => String, { nullable: true, description: NAME })
  name?: string | null;

  @Field(() => [PermissionEnum], { nullable: true, description: PERMISSIONS })
  permissions?: Permission[] | null;

  @Field(() => Boolean, { nullable: true, description: SECOND_FACTOR })
  requiresSecondFactor?: boolean | null;
}

@InputType({ description: 'A role to delete.' })
export class DeleteRoleInput {
  @Field(() => ID, { description: 'The id of the role.' })
  id!: string;
}
