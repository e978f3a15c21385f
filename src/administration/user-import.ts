import { DriverException, UniqueConstraintViolationException } from '@mikro-orm/core';
import type { Actor } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { newUserCodes } from '../users/new-user.js';
import { type ImportOutcome, insertAccounts } from './import-batch.js';
import { type ImportedAccount, parseImportedUser } from './imported-user.js';

/** Imports accounts of another system with their password hashes. An import can be repeated. */
export class UserImport {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Imports one record.
   * @throws DomainError INVALID_INPUT, CONFLICT (the names belong to different accounts, or the id to another one)
   */
  async importOne(record: unknown, actor: Actor): Promise<'created' | 'exists'> {
    const [outcome = 'exists'] = await this.importMany([record], actor);
    if (outcome instanceof DomainError) throw outcome;
    return outcome;
  }

  /**
   * Imports the records in one transaction if the database accepts all, else in several. A rejected record does not
   * affect the others.
   * @param records not validated; at most a few thousand, because each statement holds them all.
   * @returns an outcome for each record, in order.
   */
  async importMany(records: readonly unknown[], actor: Actor): Promise<ImportOutcome[]> {
    const now = new Date(this.clock());
    const codes = newUserCodes(now, records.length);
    const parsed = records.map((record, index) => parseOrReject(record, now, codes[index] ?? ''));
    const accounts = parsed.flatMap((account) => (account instanceof DomainError ? [] : [account]));
    const outcomes = (await this.#insert(accounts, actor, now)).values();
    return parsed.map((account) =>
      account instanceof DomainError ? account : (outcomes.next().value ?? 'exists'),
    );
  }

  /** Splits a batch that the database rejects in halves, until the rejected records are alone. */
  async #insert(accounts: readonly ImportedAccount[], actor: Actor, now: Date): Promise<ImportOutcome[]> {
    if (accounts.length === 0) return [];
    try {
      return await this.db.em.fork().transactional((em) => insertAccounts(em, accounts, actor, now));
    } catch (error) {
      const rejection = rejectionOf(error);
      if (!rejection) throw error;
      if (accounts.length === 1) return [rejection];
      const half = Math.ceil(accounts.length / 2);
      const first = await this.#insert(accounts.slice(0, half), actor, now);
      return [...first, ...(await this.#insert(accounts.slice(half), actor, now))];
    }
  }
}

function parseOrReject(record: unknown, now: Date, userCode: string): ImportedAccount | DomainError {
  try {
    return parseImportedUser(record, now, userCode);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}

/** The outcome for a record that caused this error; null if the data is not the cause. */
function rejectionOf(error: unknown): DomainError | null {
  if (error instanceof DomainError) return error;
  if (error instanceof UniqueConstraintViolationException) {
    return new DomainError('CONFLICT', 'A name or the id of a role was taken in the meantime.', {
      field: 'username',
    });
  }
  // Class 22, data exception: https://www.postgresql.org/docs/18/errcodes-appendix.html
  const isData = error instanceof DriverException && String(error.code).startsWith('22');
  return isData ? new DomainError('INVALID_INPUT', 'The database cannot store one of the values.') : null;
}
