import {
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { Extensions } from 'type-graphql';
import type { PropertyOf } from '../database/queries/columns.js';

/** The properties of its object that a field is resolved from. Without it, that is the property of its name. */
export const ReadsFrom = <T>(...properties: readonly PropertyOf<T>[]): PropertyDecorator & MethodDecorator =>
  Extensions({ readsFrom: properties });

/** A field that is resolved, with what is selected below it. */
type Selecting = Pick<GraphQLResolveInfo, 'fieldNodes' | 'returnType' | 'schema' | 'fragments'>;

/** By the node of a field, which the document cache keeps; by all of them for a field that is selected several times. */
const selections = new WeakMap<FieldNode | readonly FieldNode[], readonly string[]>();

/**
 * The properties of an entity that the selected fields are resolved from, so that no others need to be read. A field
 * counts whatever its `@skip` and `@include` say.
 * @param path the names of the fields that lead from the resolved one to the entity.
 */
export function selectedProperties<T>(info: Selecting, ...path: readonly string[]): PropertyOf<T>[] {
  const { fieldNodes, returnType } = info;
  const [node, another] = fieldNodes;
  const key = node && !another ? node : fieldNodes;
  let selected = selections.get(key);
  if (!selected) {
    selected = propertiesAt(info, fieldNodes, getNamedType(returnType), path);
    selections.set(key, selected);
  }
  return selected as PropertyOf<T>[];
}

/** The same for a field that returns objects of several types: for those of one type. */
export const selectedPropertiesOf = <T>(info: Selecting, typeName: string): PropertyOf<T>[] =>
  propertiesAt(info, info.fieldNodes, info.schema.getType(typeName), []) as PropertyOf<T>[];

function propertiesAt(
  info: Selecting,
  nodes: readonly FieldNode[],
  type: GraphQLNamedType | undefined,
  [next, ...others]: readonly string[],
): string[] {
  if (!isObjectType(type)) return [];
  const selected = new Set<FieldNode>();
  const spread = new Set<string>();
  for (const { selectionSet } of nodes) collectFields(info, selectionSet, type, selected, spread);
  const definitions = type.getFields();
  const fields = [...selected];
  if (next === undefined) {
    return [...new Set(fields.flatMap(({ name }) => readsFrom(definitions[name.value])))];
  }
  const definition = definitions[next];
  const leading = fields.filter(({ name }) => name.value === next);
  return definition ? propertiesAt(info, leading, getNamedType(definition.type), others) : [];
}

/** @param spread the fragments so far: each counts once, since n that spread the next one twice would count 2^n times. */
function collectFields(
  info: Selecting,
  selectionSet: SelectionSetNode | undefined,
  type: GraphQLObjectType,
  fields: Set<FieldNode>,
  spread: Set<string>,
): void {
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      fields.add(selection);
      continue;
    }
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? unspread(info, selection.name.value, spread) : selection;
    if (fragment && appliesTo(type, fragment.typeCondition?.name.value, info)) {
      collectFields(info, fragment.selectionSet, type, fields, spread);
    }
  }
}

function unspread({ fragments }: Selecting, name: string, spread: Set<string>) {
  if (spread.has(name)) return undefined;
  spread.add(name);
  return fragments[name];
}

function appliesTo(type: GraphQLObjectType, name: string | undefined, { schema }: Selecting): boolean {
  if (name === undefined || name === type.name) return true;
  const condition = schema.getType(name);
  return isAbstractType(condition) && schema.isSubType(condition, type);
}

const readsFrom = (field: GraphQLField<unknown, unknown> | undefined): readonly string[] =>
  field ? (declared(field) ?? [field.name]) : [];

const declared = ({ extensions }: GraphQLField<unknown, unknown>): readonly string[] | undefined =>
  extensions.readsFrom as readonly string[] | undefined;

/** @throws Error at build for a field of a `Node` that has a resolver and does not say what it reads. */
export function requireReadsFrom(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.getInterfaces().length === 0) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve && !declared(field))
        throw new Error(`${type.name}.${field.name} names no properties.`);
    }
  }
}
