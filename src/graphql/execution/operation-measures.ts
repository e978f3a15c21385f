import {
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { fieldComplexity, listLength } from './complexity.js';

/** The size of an operation. A fragment counts wherever it is spread. */
export interface Measures {
  /** Levels of fields. */
  readonly depth: number;
  readonly rootFields: number;
  readonly aliases: number;
  readonly directives: number;
  /** The number of fields of the largest possible answer. */
  readonly complexity: number;
  readonly mostComplex: ComplexField | null;
}

interface ComplexField {
  readonly name: string;
  readonly complexity: number;
  /** Whether it is a list, or selects one. */
  readonly hasList: boolean;
  /** The most complex field that it selects, down to the innermost list. */
  readonly selected: ComplexField | null;
}

const nothing: Measures = {
  depth: 0,
  rootFields: 0,
  aliases: 0,
  directives: 0,
  complexity: 0,
  mostComplex: null,
};

type Parent = GraphQLNamedType | null | undefined;

/**
 * Measures the operations of one document. Each fragment is measured once: n fragments that spread the next one twice
 * would unfold to 2^n fields. Fields that are not in the schema count, too; other rules refuse them.
 */
export class OperationMeasurer {
  readonly #fragments = new Map<string, Measures>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly fragment: (name: string) => FragmentDefinitionNode | null | undefined,
  ) {}

  measure({ operation, selectionSet, directives, variableDefinitions }: OperationDefinitionNode): Measures {
    return sum([
      directivesOf({ directives }),
      ...(variableDefinitions ?? []).map(directivesOf),
      this.#selections(selectionSet.selections, this.schema.getRootType(operation)),
    ]);
  }

  #selections(selections: readonly SelectionNode[], parent: Parent): Measures {
    return sum(
      selections.flatMap((selection) => [directivesOf(selection), this.#selection(selection, parent)]),
    );
  }

  #selection(selection: SelectionNode, parent: Parent): Measures {
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

  #field(node: FieldNode, parent: Parent): Measures {
    const name = node.name.value;
    const isMeta = name.startsWith('__');
    const definition = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
    const type = definition && getNamedType(definition.type);
    const selected = this.#selections(node.selectionSet?.selections ?? [], type);
    const field = { node, definition, parent: parent ?? undefined };
    const complexity = fieldComplexity(field, selected);
    const inner = !isMeta && selected.mostComplex?.hasList ? selected.mostComplex : null;
    return {
      // graphql-js has a rule of its own for introspection: its standard query is deeper than any other.
      depth: isMeta ? 1 : selected.depth + 1,
      rootFields: 1,
      aliases: selected.aliases + (node.alias ? 1 : 0),
      directives: selected.directives,
      complexity,
      mostComplex: { name, complexity, hasList: inner !== null || listLength(field) > 1, selected: inner },
    };
  }

  #spread(name: string): Measures {
    const known = this.#fragments.get(name);
    if (known) return known;
    // For a fragment that spreads itself, which another rule refuses.
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

/** Such as `devices.edges.node.history`. */
export function fieldPath(field: ComplexField): string {
  const names: string[] = [];
  for (let next: ComplexField | null = field; next; next = next.selected) names.push(next.name);
  return names.join('.');
}

const directivesOf = ({ directives }: { directives?: readonly unknown[] | undefined }): Measures =>
  directives?.length ? { ...nothing, directives: directives.length } : nothing;

const sum = (parts: readonly Measures[]): Measures =>
  parts.reduce(
    (a, b) => ({
      depth: Math.max(a.depth, b.depth),
      rootFields: a.rootFields + b.rootFields,
      aliases: a.aliases + b.aliases,
      directives: a.directives + b.directives,
      complexity: a.complexity + b.complexity,
      mostComplex: moreComplex(a.mostComplex, b.mostComplex),
    }),
    nothing,
  );

const moreComplex = (a: ComplexField | null, b: ComplexField | null): ComplexField | null =>
  (b?.complexity ?? -1) > (a?.complexity ?? -1) ? b : a;
