import { Authorized, getMetadataStorage, type ResolverData } from 'type-graphql';
import { requirePermission } from '../sessions/authorization.js';
import { type Permission, PUBLIC } from '../users/permissions.js';
import type { Context } from './context.js';

type Rule = Permission | typeof PUBLIC;

/** What an operation (or field) needs; every operation names it. */
export const Allow = (rule: Rule) => Authorized<Rule>(rule);

/**
 * An arrow function: the library takes anything with a prototype for a class.
 * @throws DomainError UNAUTHENTICATED, FORBIDDEN
 */
export const checkPermission = ({ context }: ResolverData<Context>, rules: readonly Rule[]): boolean => {
  for (const rule of rules) {
    if (rule !== PUBLIC) requirePermission(context.caller, rule);
  }
  return true;
};

/** @throws Error at build for an operation that names no permission. */
export function requireRules(): void {
  const { queries, mutations, subscriptions } = getMetadataStorage();
  const open = [...queries, ...mutations, ...subscriptions].filter(({ roles }) => !roles?.length);
  if (open.length === 0) return;
  throw new Error(`No permission is named by ${open.map(({ schemaName }) => schemaName).join(', ')}.`);
}
