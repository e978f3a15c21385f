import { describe, expect, test } from '@jest/globals';
import {
  type GraphQLNamedType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
  validateSchema,
} from 'graphql';
import { createSchema } from '../../src/graphql/schema.js';

const schema = createSchema();
const types = Object.values(schema.getTypeMap()).filter(
  (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
);

/** Everything in a type that a client can name, with its description. */
function described(type: GraphQLNamedType): [name: string, description: string | null | undefined][] {
  const parts: [string, string | null | undefined][] = [[type.name, type.description]];
  if (isEnumType(type)) {
    for (const { name, description } of type.getValues()) parts.push([`${type.name}.${name}`, description]);
  }
  if (isInputObjectType(type)) {
    for (const { name, description } of Object.values(type.getFields())) {
      parts.push([`${type.name}.${name}`, description]);
    }
  }
  if (isObjectType(type) || isInterfaceType(type)) {
    for (const { name, description, args } of Object.values(type.getFields())) {
      parts.push([`${type.name}.${name}`, description]);
      for (const arg of args) parts.push([`${type.name}.${name}(${arg.name})`, arg.description]);
    }
  }
  return parts;
}

test('the schema is valid', () => {
  expect(validateSchema(schema)).toEqual([]);
});

test('every type, field, argument and value is described in sentences', () => {
  const parts = types.flatMap(described);
  expect(parts.length).toBeGreaterThan(400);
  const isSentence = (text: string | null | undefined) => /^[A-Z\d`].*[.](\n\n.+\.)?$/s.test(text ?? '');
  expect(parts.filter(([, description]) => !isSentence(description))).toEqual([]);
});

describe('a mutation', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  test.each(mutations.map((field) => [field.name, field] as const))(
    '%s takes one input and returns a payload of its own',
    (name, { args, type }) => {
      const own = name.charAt(0).toUpperCase() + name.slice(1);
      expect(args.map((arg) => `${arg.name}: ${arg.type}`)).toEqual([`input: ${own}Input!`]);
      expect(String(type)).toBe(`${own}Payload!`);
    },
  );
});

test('all payloads that sign in implement Authenticated', () => {
  const authenticated = schema.getType('Authenticated');
  if (!isInterfaceType(authenticated)) throw new Error('There is no interface Authenticated.');
  expect(schema.getPossibleTypes(authenticated).map(({ name }) => name)).toEqual([
    'LoginPayload',
    'LoginWithPhonePayload',
    'LoginWithScanPayload',
    'CompleteLoginPayload',
    'RegisterPayload',
    'RefreshSessionPayload',
    'FinishPasskeyLoginPayload',
  ]);
});

test('every connection is paged in both directions, with nullable arguments', () => {
  const fields = types
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).map((field) => [type.name, field] as const))
    .filter(([, { type }]) => getNamedType(type).name.endsWith('Connection'));
  expect(fields.map(([type, { name }]) => `${type}.${name}`).sort()).toEqual([
    'Device.history',
    'Device.versionChanges',
    'Query.apiKeys',
    'Query.auditLog',
    'Query.deviceActions',
    'Query.devices',
    'Query.releases',
    'Query.sessions',
    'Query.users',
    'User.devices',
    'User.sessions',
  ]);
  for (const [, { args }] of fields) {
    const paging = args.filter(({ name }) => ['first', 'after', 'last', 'before'].includes(name));
    expect(paging.map(({ name, type }) => `${name}: ${type}`).sort()).toEqual([
      'after: String',
      'before: String',
      'first: Int',
      'last: Int',
    ]);
  }
});
