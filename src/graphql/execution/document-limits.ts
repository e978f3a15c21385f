import { GraphQLError, type OperationDefinitionNode, type ValidationRule } from 'graphql';
import type { Config } from '../../config.js';
import { fieldPath, type Measures, OperationMeasurer } from './operation-measures.js';

interface Limit {
  readonly measure: Exclude<keyof Measures, 'mostComplex'>;
  readonly limit: number;
  readonly describe: (measures: Measures) => string;
}

/** The limits of each operation; the parser limits the tokens of the document. */
export const documentLimits = (config: Config): readonly Limit[] => [
  { measure: 'depth', limit: config.GRAPHQL_MAX_DEPTH, describe: ({ depth }) => `a depth of ${depth}` },
  {
    measure: 'rootFields',
    limit: config.GRAPHQL_MAX_ROOT_FIELDS,
    describe: ({ rootFields }) => `${rootFields} root fields`,
  },
  { measure: 'aliases', limit: config.GRAPHQL_MAX_ALIASES, describe: ({ aliases }) => `${aliases} aliases` },
  {
    measure: 'directives',
    limit: config.GRAPHQL_MAX_DIRECTIVES,
    describe: ({ directives }) => `${directives} directives`,
  },
  { measure: 'complexity', limit: config.GRAPHQL_MAX_COMPLEXITY, describe: describeComplexity },
];

/** @param complexities receives the complexity of each operation. */
export const limitRule =
  (limits: readonly Limit[], complexities: Map<OperationDefinitionNode, number>): ValidationRule =>
  (context) => {
    const measurer = new OperationMeasurer(context.getSchema(), (name) => context.getFragment(name));
    return {
      OperationDefinition(operation) {
        const measures = measurer.measure(operation);
        complexities.set(operation, measures.complexity);
        const exceeded = limits.find(({ measure, limit }) => measures[measure] > limit);
        if (!exceeded) return;
        const message = `The operation has ${exceeded.describe(measures)}; the limit is ${exceeded.limit}.`;
        context.reportError(new GraphQLError(message, { nodes: operation }));
      },
    };
  };

function describeComplexity({ complexity, mostComplex }: Measures): string {
  const field = mostComplex ? ` (most complex field: ${fieldPath(mostComplex)})` : '';
  return `a complexity of ${complexity}${field}`;
}
