import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import { DomainError } from '../../errors.js';

const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');

/**
 * Makes every field refuse text with a NUL in it, and times before the year 1, wherever in its arguments: PostgreSQL
 * has neither, and would call it a fault of ours.
 */
export function requireStorableInput(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.length > 0) guard(field);
    }
  }
}

function guard(field: GraphQLField<unknown, unknown>): void {
  const { resolve = defaultFieldResolver, subscribe } = field;
  field.resolve = (source, args, context, info) => {
    refuseUnstorable(args);
    return resolve(source, args, context, info);
  };
  if (!subscribe) return;
  field.subscribe = (source, args, context, info) => {
    refuseUnstorable(args);
    return subscribe(source, args, context, info);
  };
}

/** @throws DomainError INVALID_INPUT naming the field that it is in. */
function refuseUnstorable(input: object): void {
  for (const [field, value] of Object.entries(input)) {
    if (typeof value === 'string' && value.includes('\0')) {
      throw new DomainError('INVALID_INPUT', 'Text cannot contain a NUL character.', { field });
    }
    if (value instanceof Date && value.getTime() < YEAR_1) {
      throw new DomainError('INVALID_INPUT', 'Times begin with the year 1.', { field });
    }
    if (isInputObject(value)) refuseUnstorable(value);
  }
}

/**
 * A list or an input object, as graphql-js makes them: of literals without a prototype, of variables with the usual
 * one. Not what a scalar made, such as a file.
 */
function isInputObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || [null, Object.prototype].includes(Object.getPrototypeOf(value));
}
