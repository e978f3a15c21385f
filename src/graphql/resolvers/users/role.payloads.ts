import { Field, ID, ObjectType } from 'type-graphql';
import { Role } from '../../../users/role.entity.js';

/** What a mutation of one role returns. */
@ObjectType()
abstract class RolePayload {
  @Field(() => Role, { description: 'The role as it is now.' })
  role!: Role;
}

@ObjectType({ simpleResolvers: true, description: 'The new role.' })
export class CreateRolePayload extends RolePayload {}

@ObjectType({ simpleResolvers: true, description: 'The role as changed.' })
export class UpdateRolePayload extends RolePayload {}

@ObjectType({ simpleResolvers: true, description: 'The role that was deleted.' })
export class DeleteRolePayload {
  @Field(() => ID, { description: 'The id that the role had.' })
  deletedRoleId!: string;
}
