import {
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  type ValidationRule,
} from 'graphql';
import type { Config } from '../../config.js';
import { Measurer, type Measures } from './complexity.js';

/** What a document must keep to, over HTTP and WebSocket alike: how it is parsed, and the rules beside GraphQL's own. */
export interface DocumentLimits {
  readonly parseOptions: { readonly maxTokens: number };
  readonly rules: readonly ValidationRule[];
  /** What an operation that passed the rules costs who sends it; see `Measures`. */
  costOf(operation: OperationDefinitionNode): number;
}

export function documentLimits(config: Config): DocumentLimits {
  const limits: Limit[] = [
    ['depth', config.GRAPHQL_MAX_DEPTH, 'levels of fields'],
    ['rootFields', config.GRAPHQL_MAX_ROOT_FIELDS, 'fields at its root'],
    ['aliases', config.GRAPHQL_MAX_ALIASES, 'aliases'],
    ['directives', config.GRAPHQL_MAX_DIRECTIVES, 'directives'],
    ['cost', config.GRAPHQL_MAX_COST, 'fields in its longest answer'],
  ];
  const costs = new WeakMap<OperationDefinitionNode, number>();
  return {
    parseOptions: { maxTokens: config.GRAPHQL_MAX_TOKENS },
    rules: [
      limitRule(limits, costs),
      ...(config.GRAPHQL_INTROSPECTION === 'on' ? [] : [NoSchemaIntrospectionCustomRule]),
    ],
    costOf: (operation) => costs.get(operation) ?? 0,
  };
}

type Limit = readonly [measure: keyof Measures, most: number, what: string];

const limitRule =
  (limits: readonly Limit[], costs: WeakMap<OperationDefinitionNode, number>): ValidationRule =>
  (context) => {
    const measurer = new Measurer(context.getSchema(), (name) => context.getFragment(name));
    return {
      OperationDefinition(operation) {
        const measures = measurer.measure(operation);
        costs.set(operation, measures.cost);
        const [, most, what] = limits.find(([measure, most]) => measures[measure] > most) ?? [];
        if (what === undefined) return;
        context.reportError(
          new GraphQLError(`The operation has more than ${most} ${what}.`, { nodes: operation }),
        );
      },
    };
  };
