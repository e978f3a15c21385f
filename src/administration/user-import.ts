import { DriverException, UniqueConstraintViolationException } from '@mikro-orm/core';
import type { Actor } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { newUserCodes } from '../users/new-user.js';
import { type ImportOutcome, insertAccounts } from './import-batch.js';
import { type ImportedAccount, readImportedUser } from './imported-user.js';

/** Takes over accounts of another system, with their password hashes. It can be repeated. */
export class UserImport {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * `addAll` for one record.
   * @throws DomainError INVALID_INPUT, CONFLICT (the names belong to different accounts, or the id to another)
   */
  async importOne(record: unknown, actor: Actor): Promise<'created' | 'exists'> {
    const [outcome = 'exists'] = await this.importMany([record], actor);
    if (outcome instanceof DomainError) throw outcome;
    return outcome;
  }

  /**
   * Creates the accounts, in one transaction; one that cannot be created does not keep the others from it.
   * @param records not validated yet; at most a few thousand, or the statements grow too long.
   * @returns an outcome for each, in their order.
   */
  async importMany(records: readonly unknown[], actor: Actor): Promise<ImportOutcome[]> {
    const now = new Date(this.clock());
    const codes = newUserCodes(now, records.length);
    const read = records.map((record, index) => readOrRefuse(record, now, codes[index] ?? ''));
    const accounts = read.flatMap((account) => (account instanceof DomainError ? [] : [account]));
    const settled = (await this.#insert(accounts, actor, now)).values();
    return read.map((account) =>
      account instanceof DomainError ? account : (settled.next().value ?? 'exists'),
    );
  }

  /** What the database refuses as a whole is tried in halves, until what it refuses stands alone. */
  async #insert(accounts: readonly ImportedAccount[], actor: Actor, now: Date): Promise<ImportOutcome[]> {
    if (accounts.length === 0) return [];
    try {
      return await this.db.em.fork().transactional((em) => insertAccounts(em, accounts, actor, now));
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      if (accounts.length === 1) return [refusal];
      const half = Math.ceil(accounts.length / 2);
      const first = await this.#insert(accounts.slice(0, half), actor, now);
      return [...first, ...(await this.#insert(accounts.slice(half), actor, now))];
    }
  }
}

function readOrRefuse(record: unknown, now: Date, userCode: string): ImportedAccount | DomainError {
  try {
    return readImportedUser(record, now, userCode);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/** The fault of the data; null for any other, such as a lost connection. */
function refusalOf(error: unknown): DomainError | null {
  if (error instanceof DomainError) return error;
  if (error instanceof UniqueConstraintViolationException) {
    return new DomainError('CONFLICT', 'A name, or the id of a role, was taken meanwhile.', {
      field: 'username',
    });
  }
  // Class 22 is a value that its column cannot take: https://www.postgresql.org/docs/18/errcodes-appendix.html
  const isData = error instanceof DriverException && String(error.code).startsWith('22');
  return isData ? new DomainError('INVALID_INPUT', 'The database cannot keep one of the values.') : null;
}
