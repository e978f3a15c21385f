import { type GraphQLError, Kind, type OperationDefinitionNode } from 'graphql';
import { Counter, type Registry } from 'prom-client';
import type { OperationMeter, PreparedOperation, RefusedOperation } from '../graphql/execution/pipeline.js';
import { failureCode } from '../graphql/execution/present.js';
import { DurationHistogram } from './duration-histogram.js';

interface Labels {
  readonly type: string;
  readonly operation: string;
}

/** Of a document that was refused. */
const UNKNOWN: Labels = { type: 'unknown', operation: 'unknown' };

/**
 * Measures GraphQL operations. They are named as in the trusted documents; others by their first field, since clients
 * choose their names.
 */
export class GraphqlOperations implements OperationMeter {
  readonly #durations: DurationHistogram<keyof Labels>;
  readonly #failures: Counter<keyof Labels | 'code'>;
  readonly #labels = new WeakMap<OperationDefinitionNode, Labels>();

  constructor(
    registry: Registry,
    private readonly trustedNames: ReadonlySet<string>,
  ) {
    this.#durations = new DurationHistogram({
      name: 'gatehouse_graphql_operation_duration_seconds',
      help: 'Time of GraphQL operations over all transports, of a subscription until it was accepted. The count is that of all operations.',
      labelNames: ['type', 'operation'],
      registers: [registry],
    });
    this.#failures = new Counter({
      name: 'gatehouse_graphql_operation_failures_total',
      help: 'GraphQL operations that were refused or failed, by the code of their first error. FAULT is an unexpected error.',
      labelNames: ['type', 'operation', 'code'],
      registers: [registry],
    });
  }

  async measure(
    preparing: Promise<PreparedOperation | RefusedOperation>,
    startedAt: number,
  ): Promise<PreparedOperation | RefusedOperation> {
    const prepared = await preparing;
    const { operation } = prepared;
    const labels = operation ? this.#labelsOf(operation) : UNKNOWN;
    if ('errors' in prepared || labels.type === 'subscription') {
      this.#record(labels, startedAt, 'errors' in prepared ? prepared.errors : undefined);
      return prepared;
    }
    return {
      ...prepared,
      execute: async (context) => {
        const result = await prepared.execute(context);
        this.#record(labels, startedAt, result.errors);
        return result;
      },
    };
  }

  #record(labels: Labels, startedAt: number, errors: readonly GraphQLError[] | undefined): void {
    const { type, operation } = labels;
    this.#durations.series({ type, operation }).observe(performance.now() - startedAt);
    const [first] = errors ?? [];
    if (first) this.#failures.labels(type, operation, failureCode(first)).inc();
  }

  #labelsOf(operation: OperationDefinitionNode): Labels {
    const known = this.#labels.get(operation);
    if (known) return known;
    const name = operation.name?.value ?? '';
    const labels = {
      type: operation.operation,
      operation: this.trustedNames.has(name) ? name : firstField(operation),
    };
    this.#labels.set(operation, labels);
    // An increase is seen from a value before it only.
    this.#failures.labels(labels.type, labels.operation, 'FAULT').inc(0);
    return labels;
  }
}

/** The document is valid, so that the schema bounds the names. */
function firstField({ selectionSet }: OperationDefinitionNode): string {
  const [first] = selectionSet.selections;
  return first?.kind === Kind.FIELD ? first.name.value : 'fragment';
}
