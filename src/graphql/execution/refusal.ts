import { GraphQLError } from 'graphql';
import { DomainError } from '../../errors.js';

/** Several errors for which an operation is refused. */
export class Refusal extends Error {
  constructor(readonly errors: readonly GraphQLError[]) {
    super('The operation was refused.');
  }
}

/** The errors of anything that refuses an operation. @throws the error when it is a fault. */
export function refusalErrors(error: unknown): readonly GraphQLError[] {
  if (error instanceof Refusal) return error.errors;
  if (error instanceof GraphQLError) return [error];
  if (error instanceof DomainError) return [new GraphQLError(error.message, { originalError: error })];
  throw error;
}
