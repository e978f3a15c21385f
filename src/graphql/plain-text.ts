import { defaultFieldResolver, type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import { DomainError } from '../errors.js';

/**
 * Makes every field refuse text with a NUL in it, wherever in its arguments: PostgreSQL has no such text, and
 * would call it a fault of ours.
 */
export function requirePlainText(schema: GraphQLSchema): void {
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
    refuseNul(args);
    return resolve(source, args, context, info);
  };
  if (!subscribe) return;
  field.subscribe = (source, args, context, info) => {
    refuseNul(args);
    return subscribe(source, args, context, info);
  };
}

/** @throws DomainError INVALID_INPUT naming the field that the text is in. */
function refuseNul(input: object): void {
  for (const [field, value] of Object.entries(input)) {
    if (typeof value === 'string' && value.includes('\0')) {
      throw new DomainError('INVALID_INPUT', 'Text cannot contain a NUL character.', { field });
    }
    if (isInputObject(value)) refuseNul(value);
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
