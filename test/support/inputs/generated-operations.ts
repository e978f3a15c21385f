import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isObjectType,
} from 'graphql';

/** A level of fields that may select further ones. */
const DEPTH = 3;
const WIDTH = 4;

const texts = ['', 'max', 'user_1', 'device_7', 'nobody', '\u4e2d\u6587', 'a"b', '\\u0000'];

/** A literal of the type, which a scalar may refuse. */
function literal(type: GraphQLInputType, depth = DEPTH): fc.Arbitrary<string> {
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    return fc
      .array(literal(nullable.ofType, depth), { maxLength: 2 })
      .map((items) => `[${items.join(', ')}]`);
  }
  if (isEnumType(nullable)) return fc.constantFrom(...nullable.getValues().map(({ name }) => name));
  if (isInputObjectType(nullable)) {
    if (depth === 0) return fc.constant('{}');
    const fields = Object.values(nullable.getFields());
    return fc
      .tuple(
        ...fields.map(({ name, type }) =>
          fc.option(literal(type, depth - 1).map((text) => `${name}: ${text}`)),
        ),
      )
      .map((parts) => `{${parts.filter((part) => part !== null).join(', ')}}`);
  }
  if (nullable === type) return fc.oneof(scalar(nullable.toString()), fc.constant('null'));
  return scalar(nullable.toString());
}

function scalar(name: string): fc.Arbitrary<string> {
  if (name === 'Int') return fc.integer({ min: -2, max: 120 }).map(String);
  if (name === 'Boolean') return fc.boolean().map(String);
  return fc.constantFrom(...texts).map((text) => JSON.stringify(text));
}

const argumentsOf = (args: readonly GraphQLArgument[]): fc.Arbitrary<string> =>
  args.length === 0
    ? fc.constant('')
    : fc
        .tuple(...args.map(({ name, type }) => fc.option(literal(type).map((text) => `${name}: ${text}`))))
        .map((parts) => parts.filter((part) => part !== null).join(', '))
        .map((list) => list && `(${list})`);

function selection(type: GraphQLObjectType, depth: number): fc.Arbitrary<string> {
  const fields = Object.values(type.getFields()).filter(
    (field) => isLeafType(getNamedType(field.type)) || (depth > 0 && isObjectType(getNamedType(field.type))),
  );
  const field = fc.constantFrom(...fields).chain(({ name, args, type }) => {
    const named = getNamedType(type);
    const selected = isObjectType(named) ? selection(named, depth - 1) : fc.constant('');
    return fc
      .tuple(argumentsOf(args), selected)
      .map(([list, inner]) => `${name}${list}${inner && ` ${inner}`}`);
  });
  const aliased = fc.tuple(fc.constantFrom('', 'a: ', 'b: '), field).map((parts) => parts.join(''));
  return fc
    .array(aliased, { minLength: 1, maxLength: WIDTH })
    .map((parts) => `{ __typename ${parts.join(' ')} }`);
}

/** Documents of one query, most of them valid, with arguments that the gateway may refuse. */
export function queries(schema: GraphQLSchema): fc.Arbitrary<string> {
  const root = schema.getQueryType();
  if (!root) throw new Error('The schema has no queries.');
  return selection(root, DEPTH);
}
