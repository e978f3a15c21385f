import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../errors.js';
import { Role } from '../users/role.entity.js';
import type { ImportedAccount } from './imported-user.js';

type ImportedRole = ImportedAccount['importedRoles'][number];

/** The roles of a batch of accounts: those that exist, and those that the accounts bring. */
export class ImportedRoles {
  readonly #stored: ReadonlyMap<string, number>;
  /** By code. Only some of the accounts may know the id of a role. */
  readonly #missing = new Map<string, ImportedRole>();
  readonly #codes: Map<number, string>;

  private constructor(stored: readonly Role[]) {
    this.#stored = new Map(stored.map(({ code, id }) => [code, id]));
    this.#codes = new Map(stored.map(({ code, id }) => [id, code]));
  }

  static async read(em: EntityManager, accounts: readonly ImportedAccount[]): Promise<ImportedRoles> {
    const codes = accounts.flatMap(({ roles }) => roles);
    const ids = accounts.flatMap(({ importedRoles }) => importedRoles.flatMap(({ id }) => id ?? []));
    return new ImportedRoles(await em.find(Role, { $or: [{ code: { $in: codes } }, { id: { $in: ids } }] }));
  }

  /** Why the ids of these roles contradict the roles that exist or were added; null if they do not. */
  conflictOf(roles: readonly ImportedRole[]): DomainError | null {
    for (const { code, id } of roles) {
      if (id === undefined) continue;
      const known = this.#stored.get(code) ?? this.#missing.get(code)?.id;
      if (known !== undefined && known !== id) {
        return conflict(`the role ${JSON.stringify(code)} has the id ${known}, not ${id}.`);
      }
      const owner = this.#codes.get(id);
      if (owner !== undefined && owner !== code) {
        return conflict(`the id ${id} belongs to the role ${JSON.stringify(owner)}.`);
      }
    }
    return null;
  }

  /** Adds the roles of an account that is to be created. */
  add(roles: readonly ImportedRole[]): void {
    for (const role of roles) {
      if (this.#stored.has(role.code)) continue;
      const id = this.#missing.get(role.code)?.id ?? role.id;
      this.#missing.set(role.code, {
        ...role,
        ...this.#missing.get(role.code),
        ...(id === undefined ? {} : { id }),
      });
      if (id !== undefined) this.#codes.set(id, role.code);
    }
  }

  /**
   * Creates the added roles that do not exist, without permissions.
   * @returns the ids of all roles, by code.
   */
  async save(em: EntityManager): Promise<Map<string, number>> {
    const ids = new Map(this.#stored);
    const missing = [...this.#missing.values()];
    const create = async (roles: readonly ImportedRole[]) => {
      const created = roles.map(({ id, ...role }) =>
        em.create(Role, { ...role, permissions: [], ...(id === undefined ? {} : { id }) }),
      );
      await em.flush();
      for (const { code, id } of created) ids.set(code, id);
    };
    await create(missing.filter(({ id }) => id !== undefined));
    // Built-in and imported roles have ids that did not come from the sequence.
    if (missing.length > 0) {
      await em.execute(`select setval('roles_id_seq', (select max(id) from roles))`);
    }
    await create(missing.filter(({ id }) => id === undefined));
    return ids;
  }
}

const conflict = (message: string) =>
  new DomainError('CONFLICT', `roles contradict each other: ${message}`, { field: 'roles' });
