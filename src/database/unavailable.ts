import { DomainError, outage } from '../errors.js';
import { isFailedConnection } from './connections/failed-connection.js';

/**
 * PostgreSQL's classes of connection failures, transactions rolled back because of others, missing resources and
 * shutdowns, and its codes of statements that were cancelled, locks that were not free in time, and servers that have
 * become read-only (https://www.postgresql.org/docs/18/errcodes-appendix.html).
 */
const SERVER_CODES = /^(08|40|53|58)[\dA-Z]{3}$|^57P[\dA-Z]{2}$|^(57014|55P03|25P03|25006)$/;
/** The class of deadlocks and serialization failures, after which the same statement may succeed at once. */
const ROLLED_BACK = /^40[\dA-Z]{3}$/;
/** A database that answers again serves at once. */
const RETRY_AFTER_S = 1;
/** The driver and its pool give their own errors no code. */
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed)/;
/** The code of what the role may not do, which only the operator of the database can change. */
const NOT_ALLOWED = '42501';
const SYSTEM_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
  ...['ENOTFOUND', 'EAI_AGAIN'],
]);

/**
 * An error of a database that does not serve queries now, or not those of this gateway, as UNAVAILABLE; any other error as
 * it is.
 */
export function unavailableDatabase<T>(error: T): T | DomainError {
  if (!(error instanceof Error) || error instanceof DomainError || !isUnavailable(error)) return error;
  return outage('The database does not answer; try again later.', error, RETRY_AFTER_S);
}

/** Whether PostgreSQL has rolled back a transaction because of another one. */
export const isRolledBack = (error: unknown): boolean =>
  error instanceof Error && ROLLED_BACK.test(codeOf(error));

/** Whether a database that failed in this way may serve soon, without a change of its settings or those of the gateway. */
export function mayRecover(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  // Errors of a client's own connection have no system call.
  const ofSystem = 'syscall' in error || error instanceof AggregateError;
  return (
    SERVER_CODES.test(code) || DRIVER_MESSAGES.test(error.message) || (ofSystem && SYSTEM_CODES.has(code))
  );
}

const isUnavailable = (error: Error): boolean =>
  mayRecover(error) || codeOf(error) === NOT_ALLOWED || isFailedConnection(error);

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');
