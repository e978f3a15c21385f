import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '../errors.js';
import { MAX_ROLES } from '../users/permissions.js';
import { Role } from '../users/role.entity.js';
import type { ImportedAccount } from './imported-user.js';

type ImportedRole = ImportedAccount['importedRoles'][number];

/** The roles of a batch of accounts: those that exist, and those that the accounts bring. */
export class ImportedRoles {
  readonly #stored: ReadonlyMap<string, number>;
  /** By code. Only some of the accounts may know the id of a role. */
  readonly #missing = new Map<string, ImportedRole>();
  readonly #codes: Map<number, string>;

  /** @param count of all roles in the database. */
  private constructor(
    stored: readonly Role[],
    private readonly count: number,
  ) {
    this.#stored = new Map(stored.map(({ code, id }) => [code, id]));
    this.#codes = new Map(stored.map(({ code, id }) => [id, code]));
  }

  static async read(em: EntityManager, accounts: readonly ImportedAccount[]): Promise<ImportedRoles> {
    const codes = accounts.flatMap(({ roles }) => roles);
    const ids = accounts.flatMap(({ importedRoles }) => importedRoles.flatMap(({ id }) => id ?? []));
    const known = { $or: [{ code: { $in: codes } }, { id: { $in: ids } }] };
    // Until the end of the batch, none of them is deleted.
    const stored = await em.find(Role, known, { lockMode: LockMode.PESSIMISTIC_READ });
    return new ImportedRoles(stored, await em.count(Role));
  }

  /** Why these roles cannot be added to those that exist or were added; null if they can. */
  conflictOf(roles: readonly ImportedRole[]): DomainError | null {
    const fresh = new Set(roles.map(({ code }) => code).filter((code) => !this.#isKnown(code)));
    if (fresh.size > 0 && this.count + this.#missing.size + fresh.size > MAX_ROLES) {
      return conflict(`roles must exist: no more than ${MAX_ROLES} are possible.`);
    }
    for (const { code, id } of roles) {
      if (id === undefined) continue;
      const known = this.#stored.get(code) ?? this.#missing.get(code)?.id;
      if (known !== undefined && known !== id) {
        return contradiction(`the role ${JSON.stringify(code)} has the id ${known}, not ${id}.`);
      }
      const owner = this.#codes.get(id);
      if (owner !== undefined && owner !== code) {
        return contradiction(`the id ${id} belongs to the role ${JSON.stringify(owner)}.`);
      }
    }
    return null;
  }

  #isKnown(code: string): boolean {
    return this.#stored.has(code) || this.#missing.has(code);
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

const conflict = (message: string) => new DomainError('CONFLICT', message, { field: 'roles' });

const contradiction = (message: string) => conflict(`roles contradict each other: ${message}`);
