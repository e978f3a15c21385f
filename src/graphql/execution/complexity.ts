import {
  type FieldNode,
  type GraphQLField,
  type GraphQLNamedType,
  getNullableType,
  isListType,
  Kind,
  type ValueNode,
} from 'graphql';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../connection.js';

/** Items of a list whose length is unknown. */
const DEFAULT_LENGTH = 10;
/** Answered from memory, and a whole fleet may send heartbeats for one user. Objects that they select count. */
const freeFields: ReadonlySet<string> = new Set(['Mutation.heartbeat', 'HeartbeatPayload.intervalSeconds']);

/**
 * `__schema` and `__type` cost as much as the answer to the standard query, whatever they select. Each alias inside
 * costs as much again, because it repeats a part of the answer.
 */
const INTROSPECTION_COMPLEXITY = 5000;
const introspectionFields: ReadonlySet<string> = new Set(['__schema', '__type']);

/** A field with what it selects. */
export interface MeasuredField {
  readonly node: FieldNode;
  /** Undefined for fields that are not in the schema. */
  readonly definition: GraphQLField<unknown, unknown> | undefined;
  readonly parent: GraphQLNamedType | undefined;
}

/** @returns the largest number of fields that the answer may have for this field; lists multiply what they select. */
export function fieldComplexity(
  field: MeasuredField,
  selected: { readonly complexity: number; readonly aliases: number },
): number {
  const { node, definition, parent } = field;
  if (introspectionFields.has(node.name.value)) return INTROSPECTION_COMPLEXITY * (1 + selected.aliases);
  if (definition && parent && freeFields.has(`${parent.name}.${definition.name}`)) {
    return selected.complexity;
  }
  if (isPageInfo(field)) return 0;
  return 1 + selected.complexity * listLength(field);
}

/** A connection has one, while what it selects counts for each edge. */
const isPageInfo = ({ definition, parent }: MeasuredField): boolean =>
  definition?.name === 'pageInfo' && parent?.name.endsWith('Connection') === true;

/** The largest length of a list; 1 for other fields. The `edges` of a connection count at its field. */
export function listLength({ node, definition, parent }: MeasuredField): number {
  if (!definition || !parent) return 1;
  if (definition.args.some(({ name }) => name === 'first')) return pageLength(node);
  if (!isListType(getNullableType(definition.type)) || parent.name.endsWith('Connection')) return 1;
  if (definition.args.some(({ name }) => name === 'ids')) return idCount(node);
  return DEFAULT_LENGTH;
}

/** A variable counts as the largest page: a document has one complexity, whatever its variables. */
function pageLength(node: FieldNode): number {
  const sizes = [argument(node, 'first'), argument(node, 'last')].filter((value) => value !== undefined);
  if (sizes.length === 0) return DEFAULT_PAGE;
  const lengths = sizes.map((value) => (value.kind === Kind.INT ? Number(value.value) : LARGEST_PAGE));
  return Math.min(Math.max(...lengths, 1), LARGEST_PAGE);
}

function idCount(node: FieldNode): number {
  const ids = argument(node, 'ids');
  return ids?.kind === Kind.LIST ? ids.values.length : LARGEST_PAGE;
}

const argument = ({ arguments: args }: FieldNode, name: string): ValueNode | undefined =>
  args?.find((argument) => argument.name.value === name)?.value;
