import { hash } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import {
  type ExecutionArgs,
  type ExecutionResult,
  type GraphQLError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import { DomainError } from '../../errors.js';
import type { Services } from '../../services.js';
import type { EventStream, Publication } from '../../streams/event-stream.js';
import type { Attributes, Span, Tracing } from '../../tracing/tracing.js';
import type { Context } from '../context.js';
import { selectOperation } from './operation.js';
import {
  type ExecutedEvent,
  type OperationMeter,
  type OperationRequest,
  Pipeline,
  type PreparedOperation,
  type RefusedOperation,
  type Sender,
} from './pipeline.js';

/** Clients choose the names of their operations. */
const MAX_NAME_LENGTH = 128;

interface Named {
  readonly name: string;
  readonly attributes: Attributes;
}

/** A pipeline that records each operation, and each event of a subscription, in a span. */
class TracedPipeline extends Pipeline {
  readonly #names = new WeakMap<OperationDefinitionNode, Named>();

  constructor(
    private readonly tracing: Tracing,
    ...args: ConstructorParameters<typeof Pipeline>
  ) {
    super(...args);
  }

  override async prepare(
    request: OperationRequest,
    sender: Sender,
  ): Promise<PreparedOperation | RefusedOperation> {
    // A request that is not recorded.
    if (sender.transport === 'http' && this.tracing.current() === null) return super.prepare(request, sender);
    const span = this.tracing.start('GraphQL operation', sender.origin ? { links: [sender.origin] } : {});
    const prepared = await this.tracing.within(span, () => super.prepare(request, sender));
    if (prepared.operation) {
      const { name, attributes } = this.#describe(prepared.operation);
      span.rename(name);
      span.add(attributes);
    }
    if ('errors' in prepared) {
      endWith(span, prepared.errors);
      return prepared;
    }
    const traced = <T extends EventStream<unknown> | ExecutionResult>(work: () => T | Promise<T>) =>
      this.tracing.within(span, async () => {
        const result = await work();
        endWith(span, 'errors' in result ? result.errors : undefined);
        return result;
      });
    return {
      ...prepared,
      execute: (context: Context) => traced(() => prepared.execute(context)),
      subscribe: (context: Context) => traced(() => prepared.subscribe(context)),
    };
  }

  override async executeEvent(
    args: ExecutionArgs,
    publication: Publication<unknown>,
  ): Promise<ExecutedEvent> {
    const { name, attributes } = this.#describe(selectOperation(args.document, args.operationName));
    const current = this.tracing.current();
    const { cause } = publication;
    const span = this.tracing.start(`${name} event`, {
      attributes,
      ...(cause ? { parent: cause, links: current ? [current] : [] } : {}),
    });
    const { result } = await this.tracing.within(span, () => super.executeEvent(args, publication));
    return {
      result,
      onSent(subscribers) {
        span.add({ 'gatehouse.subscribers': subscribers });
        span.end();
      },
    };
  }

  /** The name is bounded by the schema. */
  #describe(operation: OperationDefinitionNode): Named {
    const known = this.#names.get(operation);
    if (known) return known;
    const named = {
      name: `${operation.operation} ${rootFieldOf(operation.selectionSet.selections)}`,
      attributes: {
        'graphql.operation.type': operation.operation,
        'gatehouse.graphql.document.sha256': hash('sha256', operation.loc?.source.body ?? ''),
        ...(operation.name
          ? { 'graphql.operation.name': operation.name.value.slice(0, MAX_NAME_LENGTH) }
          : {}),
      },
    };
    this.#names.set(operation, named);
    return named;
  }
}

/** @returns a pipeline that records what it does if traces are sent. */
export function createPipeline(
  services: Pick<Services, 'config' | 'complexityBudget' | 'databaseTurns' | 'tracing'>,
  schema: GraphQLSchema,
  log: FastifyBaseLogger,
  meter: OperationMeter | null = null,
): Pipeline {
  const { config, tracing } = services;
  if (tracing === null) return new Pipeline(schema, config, services, log, meter);
  return new TracedPipeline(tracing, schema, config, services, log, meter);
}

/** The first field of an operation, or that its fields come from a fragment. */
function rootFieldOf(selections: readonly SelectionNode[]): string {
  const [first] = selections;
  return first?.kind === Kind.FIELD ? first.name.value : '…';
}

/** Ends the span of an operation that was executed or refused. */
function endWith(span: Span, errors: readonly GraphQLError[] | undefined): void {
  const [error] = errors ?? [];
  const cause = error?.originalError;
  if (cause instanceof DomainError) span.add({ 'error.type': cause.code });
  else if (cause) span.fail(cause.name);
  else if (error) span.add({ 'error.type': String(error.extensions.code ?? 'BAD_REQUEST') });
  span.end();
}
