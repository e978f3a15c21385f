import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Field,
  FieldResolver,
  ID,
  InputType,
  Int,
  Mutation,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { readId } from '../../database/row-id.js';
import { PUBLIC } from '../../users/permissions.js';
import { displayPhone } from '../../users/phone.js';
import { Role } from '../../users/role.entity.js';
import { Gender, User, UserStatus } from '../../users/user.entity.js';
import { Allow } from '../authorization.js';
import { connectionType, PageArgs, readPage, toConnection } from '../connection.js';
import { actorOf, type Context, requireCaller } from '../context.js';
import { parseId } from '../id.js';

const UserConnection = connectionType('User', User);

@InputType()
export class UpdateProfileInput {
  @Field(() => String, { nullable: true })
  email?: string | null;

  @Field(() => String, { nullable: true })
  name?: string | null;

  @Field(() => String, { nullable: true })
  nickname?: string | null;

  @Field(() => String, { nullable: true })
  avatarUrl?: string | null;

  @Field(() => Gender, { nullable: true })
  gender?: Gender | null;

  @Field(() => String, { nullable: true })
  signature?: string | null;

  @Field(() => String, { nullable: true })
  brief?: string | null;
}

@InputType({ description: 'A new account. It needs a username, a phone or both.' })
export class CreateUserInput extends UpdateProfileInput {
  @Field(() => String, { nullable: true })
  username?: string | null;

  @Field(() => String, { nullable: true })
  phone?: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Eight characters or more; none where the phone is the way in.',
  })
  password?: string | null;

  @Field(() => String, { nullable: true })
  userType?: string | null;

  @Field(() => Int, { nullable: true })
  type?: number | null;

  @Field(() => [String], { nullable: true, description: 'Role codes; MEMBER unless told.' })
  roles?: string[] | null;
}

@ArgsType()
class UsersArgs extends PageArgs {
  @Field(() => String, { nullable: true, description: 'Part of a username, phone, name, nickname or email.' })
  search?: string | null;
}

@Resolver(() => User)
export class UserResolver {
  @Query(() => User, { description: 'Who you are.' })
  @Allow('profile:own')
  me(@Ctx() context: Context): User {
    return requireCaller(context).user;
  }

  @Query(() => User, { nullable: true })
  @Allow('users:read')
  async user(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<User | null> {
    const key = readId(id);
    return key === null ? null : context.services.users.find(key);
  }

  @Query(() => UserConnection)
  @Allow('users:read')
  async users(@Args() { search, first, after }: UsersArgs, @Ctx() context: Context) {
    const page = readPage(first, after);
    return toConnection(await context.services.users.list(search ?? '', page), page);
  }

  @Query(() => [Role], { description: 'What roles there are to give.' })
  @Allow('users:manage')
  roles(@Ctx() { services }: Context): Promise<Role[]> {
    return services.administration.listRoles();
  }

  @Mutation(() => User, { description: 'Takes the token of the set-up link that the start prints; once.' })
  @Allow(PUBLIC)
  createFirstAdministrator(
    @Arg('token') token: string,
    @Arg('username') username: string,
    @Arg('password') password: string,
    @Ctx() context: Context,
  ): Promise<User> {
    return context.services.setupLink.redeem(token, username, password, actorOf(context));
  }

  @Mutation(() => User)
  @Allow('profile:own')
  updateProfile(@Arg('input') input: UpdateProfileInput, @Ctx() context: Context): Promise<User> {
    return context.services.users.updateProfile(requireCaller(context).user.id, input);
  }

  @Mutation(() => Boolean, { description: 'Ends your other sessions.' })
  @Allow('profile:own')
  async changePassword(
    @Arg('currentPassword') current: string,
    @Arg('newPassword') next: string,
    @Ctx() context: Context,
  ): Promise<boolean> {
    await context.services.passwords.change(requireCaller(context), { current, next }, actorOf(context));
    return true;
  }

  @Mutation(() => User)
  @Allow('users:manage')
  createUser(@Arg('input') input: CreateUserInput, @Ctx() context: Context): Promise<User> {
    return context.services.users.create(input, actorOf(context));
  }

  @Mutation(() => User, { description: 'Disabling ends all sessions of the user.' })
  @Allow('users:manage')
  setUserStatus(
    @Arg('id', () => ID) id: string,
    @Arg('status', () => UserStatus) status: UserStatus,
    @Ctx() context: Context,
  ): Promise<User> {
    return context.services.administration.setStatus(parseId(id), status, actorOf(context));
  }

  @Mutation(() => User)
  @Allow('users:manage')
  setUserRoles(
    @Arg('id', () => ID) id: string,
    @Arg('roles', () => [String]) roles: string[],
    @Ctx() context: Context,
  ): Promise<User> {
    return context.services.administration.setRoles(parseId(id), roles, actorOf(context));
  }

  @Mutation(() => Boolean, {
    description: 'Erases the person; the audit log keeps what happened without them.',
  })
  @Allow('users:manage')
  async deleteUser(@Arg('id', () => ID) id: string, @Ctx() context: Context): Promise<boolean> {
    await context.services.administration.delete(parseId(id), actorOf(context));
    return true;
  }

  @FieldResolver(() => String, { nullable: true })
  phone(@Root() { phone }: User): string | null {
    return phone && displayPhone(phone);
  }

  @FieldResolver(() => [Role], { name: 'roles' })
  rolesOf(@Root() user: User): Role[] {
    return user.roles.getItems();
  }
}
