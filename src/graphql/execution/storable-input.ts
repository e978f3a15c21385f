import { type GraphQLSchema, isObjectType } from 'graphql';
import { requireStorable } from '../../database/storable-text.js';
import { DomainError } from '../../errors.js';
import { guardField } from '../guard-field.js';

const YEAR_1 = Date.parse('0001-01-01T00:00:00Z');

/**
 * Makes every field refuse text that is not storable and times before the year 1 anywhere in its arguments: PostgreSQL
 * would fail on them, and the caller would get INTERNAL_SERVER_ERROR.
 */
export function requireStorableInput(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.args.length > 0)
        guardField(field, (_context, args) => {
          requireStorableValues(args);
          return true;
        });
    }
  }
}

/**
 * @param list the name of the field that `input` is the list of, where it is one.
 * @throws DomainError INVALID_INPUT naming the field.
 */
function requireStorableValues(input: object, list?: string): void {
  for (const [key, value] of Object.entries(input)) {
    const field = list ?? key;
    if (typeof value === 'string') requireStorable(field, value);
    if (value instanceof Date && value.getTime() < YEAR_1) {
      throw new DomainError('INVALID_INPUT', `${field} must not be before the year 1.`, { field });
    }
    if (isInputObject(value)) requireStorableValues(value, Array.isArray(value) ? field : undefined);
  }
}

/**
 * A list or an input object as graphql-js creates them: without a prototype from literals, with the usual one from
 * variables. Not the value of a scalar, such as a file.
 */
function isInputObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || [null, Object.prototype].includes(Object.getPrototypeOf(value));
}
