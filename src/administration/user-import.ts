import { DriverException, UniqueConstraintViolationException } from '@mikro-orm/core';
import type { Actor } from '../audit/audit.js';
import type { Clock } from '../clock.js';
import type { Database } from '../database/database.js';
import { DomainError } from '../errors.js';
import { newUserCodes } from '../users/new-user.js';
import { type ImportContext, type ImportOutcome, insertAccounts } from './import-batch.js';
import type { AccountLine } from './import-conflicts.js';
import { type ImportedAccount, parseImportedUser } from './imported-user.js';

/** A record that starts at a line of the imported file. Not validated. */
export interface ImportRecord {
  readonly line: number;
  readonly value: unknown;
}

/** Imports accounts of another system with their password hashes. An import can be repeated. */
export class UserImport {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Begins the import of a file. */
  start(actor: Actor): FileImport {
    return new FileImport(this.db, this.clock, actor);
  }
}

/** The import of one file, of which each line is about another account. */
class FileImport {
  readonly #linesByUser = new Map<number, number>();

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly actor: Actor,
  ) {}

  /**
   * Imports the next records in one transaction if the database accepts all, else in several. A rejected record does
   * not affect the others.
   * @param records at most a few thousand, because each statement holds them all.
   * @returns an outcome for each record, in order. A DomainError is INVALID_INPUT with all mistakes of the record, or
   * CONFLICT with the lines or accounts that it collides with.
   */
  async importMany(records: readonly ImportRecord[]): Promise<ImportOutcome[]> {
    const now = new Date(this.clock());
    const codes = newUserCodes(now, records.length);
    const parsed = records.map(({ value }, index) => parseOrReject(value, now, codes[index] ?? ''));
    const lines = parsed.flatMap((account, index) =>
      account instanceof DomainError ? [] : [{ line: records[index]?.line ?? 0, account }],
    );
    const outcomes = (await this.#insert(lines, { actor: this.actor, now })).values();
    return parsed.map((account) => {
      const outcome = account instanceof DomainError ? account : outcomes.next().value;
      if (!outcome) throw new Error('A record of the import has no outcome.');
      return outcome;
    });
  }

  /** Splits a batch that the database rejects in halves, until the rejected records are alone. */
  async #insert(lines: readonly AccountLine[], context: ImportContext): Promise<ImportOutcome[]> {
    if (lines.length === 0) return [];
    try {
      const outcomes = await this.db.em
        .fork()
        .transactional((em) => insertAccounts(em, lines, this.#linesByUser, context));
      for (const [index, outcome] of outcomes.entries()) this.#remember(outcome, lines[index]?.line ?? 0);
      return outcomes;
    } catch (error) {
      const rejection = rejectionOf(error);
      if (!rejection) throw error;
      if (lines.length === 1) return [rejection];
      const half = Math.ceil(lines.length / 2);
      const first = await this.#insert(lines.slice(0, half), context);
      return [...first, ...(await this.#insert(lines.slice(half), context))];
    }
  }

  #remember(outcome: ImportOutcome, line: number): void {
    if (!(outcome instanceof DomainError)) this.#linesByUser.set(outcome.userId, line);
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
  if (error instanceof UniqueConstraintViolationException) {
    return new DomainError('CONFLICT', 'id, or a role, was taken in the meantime. Repeat the import.', {
      field: 'id',
    });
  }
  // Class 22, data exception: https://www.postgresql.org/docs/18/errcodes-appendix.html
  const isData = error instanceof DriverException && String(error.code).startsWith('22');
  return isData ? new DomainError('INVALID_INPUT', 'The database cannot store one of the values.') : null;
}
