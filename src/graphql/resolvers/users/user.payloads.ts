import { Field, ID, ObjectType } from 'type-graphql';
import { User } from '../../../users/user.entity.js';

/** What a mutation of one user returns. */
@ObjectType()
export abstract class UserPayload {
  @Field(() => User, { description: 'The user as it is now.' })
  user!: User;
}

@ObjectType({ simpleResolvers: true, description: 'The first administrator.' })
export class CreateFirstAdministratorPayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'The profile as changed.' })
export class UpdateProfilePayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'The new account.' })
export class CreateUserPayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'The account as changed.' })
export class UpdateUserPayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'The account with its new status.' })
export class SetUserStatusPayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'The account with its new roles.' })
export class SetUserRolesPayload extends UserPayload {}

@ObjectType({ simpleResolvers: true, description: 'The account that was deleted.' })
export class DeleteUserPayload {
  @Field(() => ID, { description: 'The id that the user had.' })
  deletedUserId!: string;
}
