import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type Actor, recordAudit } from '../audit/audit.js';
import type { AuditAction } from '../audit/audit-entry.entity.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { exclusively } from '../database/exclusive.js';
import { nodeId } from '../database/node-id.js';
import { requireStorable } from '../database/storable-text.js';
import { DomainError } from '../errors.js';
import type { Sessions } from '../sessions/sessions.js';
import type { AccountChanges } from '../users/account-changes.js';
import { requireAuthorityToGrant } from '../users/authority.js';
import { isBuiltIn, MAX_ROLES, type Permission, permissionName } from '../users/permissions.js';
import { Role } from '../users/role.entity.js';

export const MAX_ROLE_NAME_LENGTH = 64;

/** Follows the permissions in the audit log. */
const REQUIREMENT = 'SECOND_FACTOR_REQUIRED';

/** As the built-in roles and the permissions are written. */
const CODE = /^[A-Z][A-Z0-9_]{0,63}$/;

export interface RoleFields {
  readonly name?: string | null | undefined;
  readonly permissions?: readonly Permission[] | null | undefined;
  readonly requiresSecondFactor?: boolean | null | undefined;
}

interface RoleEditingOptions {
  readonly db: Database;
  readonly sessions: Pick<Sessions, 'invalidate'>;
  readonly changes: AccountChanges;
  readonly clock: Clock;
}

/** Creates, changes and deletes roles that are not built in. An actor needs every permission of the role. */
export class RoleEditing {
  constructor(private readonly options: RoleEditingOptions) {}

  /** @throws DomainError INVALID_INPUT, FORBIDDEN, CONFLICT (the code is taken), LIMIT_REACHED */
  async create(
    code: string,
    name: string,
    permissions: readonly Permission[],
    actor: Actor,
    requiresSecondFactor = false,
  ): Promise<Role> {
    if (!CODE.test(code)) {
      throw invalid(
        'code',
        'must be 1 to 64 capital letters, digits and underscores, and begin with a letter',
      );
    }
    checkName(name);
    return this.#exclusively(async (em) => {
      await requireAuthorityToGrant(em, actor, permissions);
      if (await em.findOne(Role, { code })) {
        throw new DomainError('CONFLICT', 'code is already taken.', { field: 'code' });
      }
      if ((await em.count(Role)) >= MAX_ROLES) {
        throw new DomainError('LIMIT_REACHED', `There can be no more than ${MAX_ROLES} roles.`);
      }
      // Built-in and imported roles have ids that did not come from the sequence.
      await em.execute(`select setval('roles_id_seq', (select max(id) from roles))`);
      const role = em.create(Role, {
        code,
        name,
        permissions: [...new Set(permissions)],
        requiresSecondFactor,
      });
      this.#record(em, actor, 'role.create', role);
      return role;
    });
  }

  /**
   * Changes a role, at once for everyone who has it. Undefined and null leave a field unchanged. A built-in role changes in
   * whether it requires a second factor, and in nothing else.
   * @throws DomainError NOT_FOUND, FORBIDDEN, INVALID_INPUT
   */
  async update(
    code: string,
    { name, permissions, requiresSecondFactor }: RoleFields,
    actor: Actor,
  ): Promise<Role> {
    if (name != null) checkName(name);
    const { role, holders } = await this.#exclusively(async (em) => {
      const found = await findRole(em, code, actor);
      if (name != null || permissions) requireEditable(found);
      if (permissions) await requireAuthorityToGrant(em, actor, permissions);
      em.assign(found, {
        ...(name == null ? {} : { name }),
        ...(permissions ? { permissions: [...new Set(permissions)] } : {}),
        ...(requiresSecondFactor == null ? {} : { requiresSecondFactor }),
      });
      this.#record(em, actor, 'role.update', found);
      return { role: found, holders: await this.#recordChanges(em, found) };
    });
    for (const userId of holders) this.options.sessions.invalidate(userId);
    return role;
  }

  /** @throws DomainError NOT_FOUND, FORBIDDEN, CONFLICT (a user has the role) */
  async delete(code: string, actor: Actor): Promise<void> {
    await this.#exclusively(async (em) => {
      const role = await findRole(em, code, actor);
      requireEditable(role);
      // Waits for transactions that grant it; later ones do not find it.
      await em.lock(role, LockMode.PESSIMISTIC_WRITE);
      const [holder] = await em.execute<object[]>(
        'select user_id from user_roles where role_id = ? limit 1',
        [role.id],
      );
      if (holder) throw new DomainError('CONFLICT', 'Take the role from everyone who has it first.');
      em.remove(role);
      this.#record(em, actor, 'role.delete', role);
    });
  }

  /** With the lock under which roles are granted, too. */
  #exclusively<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return exclusively(this.options.db, 'administrators', async (em) => {
      const result = await work(em);
      await em.flush();
      return result;
    });
  }

  #record(em: EntityManager, actor: Actor, action: AuditAction, role: Role): void {
    const { code, permissions, requiresSecondFactor } = role;
    const names = [...permissions.map(permissionName), ...(requiresSecondFactor ? [REQUIREMENT] : [])];
    const detail = [code, ...(action === 'role.delete' ? [] : names)].join(' ');
    recordAudit(em, new Date(this.options.clock()), actor, { action, target: nodeId('role', code), detail });
  }

  /** Lets all nodes read the permissions of those who have the role again. @returns their ids. */
  async #recordChanges(em: EntityManager, { id }: Role): Promise<number[]> {
    const holders = await em.execute<{ id: number }[]>(
      'select user_id as id from user_roles where role_id = ?',
      [id],
    );
    const ids = holders.map((holder) => holder.id);
    await this.options.changes.recordAll(em, ids);
    return ids;
  }
}

/** @throws DomainError NOT_FOUND, FORBIDDEN (it may do more than the actor) */
async function findRole(em: EntityManager, code: string, actor: Actor): Promise<Role> {
  const role = await em.findOne(Role, { code });
  if (!role) throw new DomainError('NOT_FOUND', 'There is no such role.');
  await requireAuthorityToGrant(em, actor, role.permissions);
  return role;
}

/** @throws DomainError FORBIDDEN for a built-in role. */
function requireEditable(role: Role): void {
  if (isBuiltIn(role)) throw new DomainError('FORBIDDEN', 'A built-in role cannot be changed.');
}

function checkName(name: string): void {
  requireStorable('name', name);
  if (name.trim() === '' || name.length > MAX_ROLE_NAME_LENGTH) {
    throw invalid('name', `must be 1 to ${MAX_ROLE_NAME_LENGTH} characters`);
  }
}

const invalid = (field: string, rule: string) =>
  new DomainError('INVALID_INPUT', `${field} ${rule}.`, { field });
