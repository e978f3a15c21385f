import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { DEFAULT_PAGE, LARGEST_PAGE } from '../connection.js';

/** How much an operation asks for, with its fragments at every place where they are spread. */
export interface Measures {
  /** Levels of fields. */
  readonly depth: number;
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields of the longest possible answer: those in a list count for each of its entries. */
  readonly cost: number;
}

/** Entries of a list that says nothing about its length. */
const USUAL_LIST = 10;
/** Those that can be much longer. */
const longLists: Readonly<Record<string, number>> = { 'Device.history': 1000 };
/** Heartbeats are answered from memory, and a whole fleet may send them for one user. */
const freeFields: ReadonlySet<string> = new Set(['Mutation.heartbeat']);

/**
 * What `__schema` and `__type` cost, whatever is asked of them: about what the answer to the standard query has. Asked
 * by other names the same is answered again, so that each alias inside costs as much.
 */
const INTROSPECTION_COST = 5000;
const introspection: ReadonlySet<string> = new Set(['__schema', '__type']);

const nothing: Measures = { depth: 0, rootFields: 0, aliases: 0, directives: 0, cost: 0 };

/**
 * Measures the operations of one document. Each fragment is measured once: spread twice in each other, n of them
 * would unfold to 2^n fields. What is unknown to the schema counts too; other rules refuse it.
 */
export class Measurer {
  readonly #fragments = new Map<string, Measures>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragment: (name: string) => FragmentDefinitionNode | null | undefined,
  ) {}

  measure({ operation, selectionSet, directives, variableDefinitions }: OperationDefinitionNode): Measures {
    const ofVariables = variableDefinitions?.map((variable) => directivesOf(variable)) ?? [];
    return sum([
      directivesOf({ directives }),
      ...ofVariables,
      this.#selections(selectionSet.selections, this.schema.getRootType(operation)),
    ]);
  }

  #selections(selections: readonly SelectionNode[], parent: GraphQLNamedType | null | undefined): Measures {
    return sum(
      selections.flatMap((selection) => [directivesOf(selection), this.#selection(selection, parent)]),
    );
  }

  #selection(selection: SelectionNode, parent: GraphQLNamedType | null | undefined): Measures {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.#field(selection, parent);
      case Kind.FRAGMENT_SPREAD:
        return this.#spread(selection.name.value);
      case Kind.INLINE_FRAGMENT: {
        const condition = selection.typeCondition?.name.value;
        const type = condition === undefined ? parent : this.schema.getType(condition);
        return this.#selections(selection.selectionSet.selections, type);
      }
    }
  }

  #field(node: FieldNode, parent: GraphQLNamedType | null | undefined): Measures {
    const field = parent && definitionOf(parent, node.name.value);
    const inside = this.#selections(node.selectionSet?.selections ?? [], field && getNamedType(field.type));
    return {
      // graphql-js has a rule of its own for introspection: its standard query is deeper than any of ours.
      depth: node.name.value.startsWith('__') ? 1 : inside.depth + 1,
      rootFields: 1,
      aliases: inside.aliases + (node.alias ? 1 : 0),
      directives: inside.directives,
      cost: costOf(field, node, parent, inside),
    };
  }

  #spread(name: string): Measures {
    const known = this.#fragments.get(name);
    if (known) return known;
    // For one that spreads itself, which another rule refuses.
    this.#fragments.set(name, nothing);
    const fragment = this.fragment(name);
    if (!fragment) return nothing;
    const { typeCondition, selectionSet } = fragment;
    const measures = sum([
      directivesOf(fragment),
      this.#selections(selectionSet.selections, this.schema.getType(typeCondition.name.value)),
    ]);
    this.#fragments.set(name, measures);
    return measures;
  }
}

const definitionOf = (parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined =>
  isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;

const directivesOf = ({ directives }: { directives?: readonly unknown[] | undefined }): Measures =>
  directives?.length ? { ...nothing, directives: directives.length } : nothing;

function sum(parts: readonly Measures[]): Measures {
  return parts.reduce(
    (a, b) => ({
      depth: Math.max(a.depth, b.depth),
      rootFields: a.rootFields + b.rootFields,
      aliases: a.aliases + b.aliases,
      directives: a.directives + b.directives,
      cost: a.cost + b.cost,
    }),
    nothing,
  );
}

function costOf(
  field: GraphQLField<unknown, unknown> | null | undefined,
  node: FieldNode,
  parent: GraphQLNamedType | null | undefined,
  inside: Measures,
): number {
  if (introspection.has(node.name.value)) return INTROSPECTION_COST * (1 + inside.aliases);
  if (!field || !parent) return 1 + inside.cost;
  if (freeFields.has(`${parent.name}.${field.name}`)) return 0;
  return 1 + inside.cost * lengthOf(field, node, parent);
}

/** How many entries the answer of a field has at most; a page's `edges` are counted at the field that asks for it. */
function lengthOf(field: GraphQLField<unknown, unknown>, node: FieldNode, parent: GraphQLNamedType): number {
  if (field.args.some(({ name }) => name === 'first')) return pageLength(node);
  if (!isListType(getNullableType(field.type)) || parent.name.endsWith('Connection')) return 1;
  return longLists[`${parent.name}.${field.name}`] ?? USUAL_LIST;
}

/** A variable may hold any length: the cost is the document's, whatever it is sent with. */
function pageLength({ arguments: args }: FieldNode): number {
  const value = args?.find(({ name }) => name.value === 'first')?.value;
  if (!value) return DEFAULT_PAGE;
  const length = value.kind === Kind.INT ? Number(value.value) : LARGEST_PAGE;
  return Math.min(Math.max(length, 1), LARGEST_PAGE);
}
