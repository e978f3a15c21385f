import { Collection, type EntityMetadata, ReferenceKind } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { columnsOf, type PropertyOf } from '../../database/queries/columns.js';
import { toRows } from '../../database/queries/rows.js';
import { Role } from '../role.entity.js';
import { User } from '../user.entity.js';

/** Null for a name that is not sought. */
interface SoughtName {
  readonly username: string | null;
  readonly phone: string | null;
}

/**
 * Finds the user with one of these login names, in one statement and a fraction of the CPU time of the ORM's own query
 * and unit of work.
 * @returns the user, roles loaded and unknown to `em`, or null.
 */
export async function findByName(em: EntityManager, { username, phone }: SoughtName): Promise<User | null> {
  const meta = em.getMetadata().get(User);
  const properties = scalarsOf(meta);
  const roleMeta = em.getMetadata().get(Role);
  const [row] = await em.execute<{ roles: Role[] }[]>(
    `select ${columnsOf(meta, properties, 'users')}, array(
       select to_json(role) from (
         select ${columnsOf(roleMeta, scalarsOf(roleMeta), 'roles')}
         from user_roles join roles on roles.id = role_id where user_id = users.id order by roles.id
       ) role
     ) as roles
     from login_names join users on users.id = login_names.user_id
     where (login_names.name = ? and kind = 'username') or (login_names.name = ? and kind = 'phone')`,
    [username, phone],
  );
  if (!row) return null;
  const { roles, ...columns } = row;
  const user = Object.assign(new User(), ...toRows(em, meta, properties, [columns]));
  const loaded = roles.map((role) => Object.assign(new Role(), role));
  user.roles = new Collection<Role>(user, loaded);
  return user;
}

const scalarsOf = <T extends object>(meta: EntityMetadata<T>): PropertyOf<T>[] =>
  meta.props.filter(({ kind }) => kind === ReferenceKind.SCALAR).map(({ name }) => name);
