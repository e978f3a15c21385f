import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { isPermission, type Permission } from '../../users/permissions.js';
import { Role } from '../../users/role.entity.js';
import { Allow } from '../authorization.js';
import type { Context } from '../context.js';
import { PermissionEnum } from '../permission.js';
import { ReadsFrom } from '../selected-properties.js';

@Resolver(() => Role)
export class RoleResolver {
  @Query(() => [Role], { description: 'The roles that an account can be given: 1,000 at most.' })
  @Allow('users:manage')
  roles(@Ctx() { services }: Context): Promise<Role[]> {
    return services.administration.listRoles();
  }

  @ReadsFrom<Role>('permissions')
  @FieldResolver(() => [PermissionEnum], { description: 'What it allows, beyond what every user may do.' })
  permissions(@Root() { permissions }: Pick<Role, 'permissions'>): Permission[] {
    return permissions.filter(isPermission);
  }
}
