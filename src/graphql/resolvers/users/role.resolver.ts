import { Arg, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { nodeId } from '../../../database/node-id.js';
import { isBuiltIn, isPermission, MAX_ROLES, type Permission } from '../../../users/permissions.js';
import { Role } from '../../../users/role.entity.js';
import { Allow, StepUp } from '../../authorization.js';
import { actorOf, type Context } from '../../context.js';
import { readRoleCode } from '../../id.js';
import { PermissionEnum } from '../../permission.js';
import { ReadsFrom } from '../../selected-properties.js';
import { CreateRoleInput, DeleteRoleInput, UpdateRoleInput } from './role.inputs.js';
import { CreateRolePayload, DeleteRolePayload, UpdateRolePayload } from './role.payloads.js';

@Resolver(() => Role)
export class RoleResolver {
  @Query(() => [Role], { description: `The roles that an account can be given: ${MAX_ROLES} at most.` })
  @Allow('users:read')
  roles(@Ctx() { services }: Context): Promise<Role[]> {
    return services.administration.listRoles();
  }

  @Mutation(() => CreateRolePayload, { description: 'Creates a role.' })
  @Allow('users:manage')
  @StepUp()
  async createRole(
    @Arg('input', { description: 'The role.' }) {
      code,
      name,
      permissions,
      requiresSecondFactor,
    }: CreateRoleInput,
    @Ctx() context: Context,
  ): Promise<CreateRolePayload> {
    const { roleEditing } = context.services;
    return {
      role: await roleEditing.create(code, name, permissions, actorOf(context), requiresSecondFactor),
    };
  }

  @Mutation(() => UpdateRolePayload, {
    description:
      'Changes a role, at once for everyone who has it. FORBIDDEN for a role with permissions that you do not ' +
      'have. A built-in role changes in `requiresSecondFactor` only.',
  })
  @Allow('users:manage')
  @StepUp()
  async updateRole(
    @Arg('input', { description: 'The fields to change.' }) { id, ...fields }: UpdateRoleInput,
    @Ctx() context: Context,
  ): Promise<UpdateRolePayload> {
    const { roleEditing } = context.services;
    return { role: await roleEditing.update(readRoleCode(id), fields, actorOf(context)) };
  }

  @Mutation(() => DeleteRolePayload, {
    description:
      'Deletes a role. Answers CONFLICT while a user has the role, and FORBIDDEN for a built-in role.',
  })
  @Allow('users:manage')
  @StepUp()
  async deleteRole(
    @Arg('input', { description: 'The role.' }) { id }: DeleteRoleInput,
    @Ctx() context: Context,
  ): Promise<DeleteRolePayload> {
    const code = readRoleCode(id);
    await context.services.roleEditing.delete(code, actorOf(context));
    return { deletedRoleId: nodeId('role', code) };
  }

  @ReadsFrom<Role>('permissions')
  @FieldResolver(() => [PermissionEnum], { description: 'What it allows, beyond what every user may do.' })
  permissions(@Root() { permissions }: Pick<Role, 'permissions'>): Permission[] {
    return permissions.filter(isPermission);
  }

  @ReadsFrom<Role>('id', 'code')
  @FieldResolver(() => Boolean, { description: 'Whether it is built in, and cannot be changed.' })
  builtIn(@Root() role: Pick<Role, 'id' | 'code'>): boolean {
    return isBuiltIn(role);
  }
}
