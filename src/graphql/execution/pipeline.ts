import type { FastifyBaseLogger } from 'fastify';
import {
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import type { Config } from '../../config.js';
import type { ComplexityBudget, Payer } from '../../rate-limits/complexity-budget.js';
import type { FairTurns } from '../../rate-limits/fair-turns.js';
import type { EventStream, Publication } from '../../streams/event-stream.js';
import type { SpanContext } from '../../tracing/tracing.js';
import type { Context } from '../context.js';
import { DocumentCache } from './document-cache.js';
import { executionKind } from './execution-kind.js';
import { type Execution, ExecutionTurns } from './execution-turns.js';
import { requireTransport, requireValidVariables, selectOperation, type Transport } from './operation.js';
import { type Presentation, presentError, presentResult, type UnpresentedResult } from './present.js';
import { refusalErrors } from './refusal.js';
import type { Sharing } from './sharing.js';
import { openStream } from './subscription.js';
import { type DocumentRequest, TrustedDocuments } from './trusted-documents.js';
import { requireSmallVariables } from './variable-limits.js';

/** A request of any transport, as the client sent it. */
export interface OperationRequest extends DocumentRequest {
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface Sender {
  readonly payer: Payer;
  readonly transport: Transport;
  /** The span of the upgrade request of its socket, where traces are sent. */
  readonly origin?: SpanContext | null;
}

/** An operation that may be executed. */
export interface PreparedOperation {
  readonly text: string;
  readonly operation: OperationDefinitionNode;
  readonly document: DocumentNode;
  readonly sharing: Sharing;
  /** Executes a query or a mutation in its turn, see `ExecutionTurns`. A result without `data` is a refusal. */
  readonly execute: (contextValue: Context) => Promise<ExecutionResult>;
  /** Opens the stream of a subscription, or says why it is refused. */
  readonly subscribe: (contextValue: Context) => Promise<EventStream<unknown> | ExecutionResult>;
}

/** An event as a subscriber receives it. */
export interface ExecutedEvent {
  readonly result: FormattedExecutionResult;
  /** Called once it was sent to so many subscribers. */
  readonly onSent?: (subscribers: number) => void;
}

/** The errors of an operation that must not be executed. */
export interface RefusedOperation {
  readonly errors: readonly GraphQLError[];
  /** Absent if its document was refused. */
  readonly operation?: OperationDefinitionNode | undefined;
}

/** Measures operations, of every transport. */
export interface OperationMeter {
  /** @returns the operation, which is measured when it is executed. @param startedAt by `performance.now()`. */
  measure(
    prepared: Promise<PreparedOperation | RefusedOperation>,
    startedAt: number,
  ): Promise<PreparedOperation | RefusedOperation>;
}

/** What the pipeline shares with other APIs. */
export interface PipelineServices {
  readonly complexityBudget: ComplexityBudget;
  readonly databaseTurns: FairTurns;
}

/**
 * What happens to every GraphQL operation, on every transport, in this order: its document is resolved, parsed and
 * validated, its variables are checked, its complexity is charged; then it is executed in its turn and its result
 * presented.
 */
export class Pipeline {
  readonly #trusted: TrustedDocuments;
  readonly #documents: DocumentCache;
  readonly #presentation: Presentation;
  readonly #turns: ExecutionTurns;

  constructor(
    readonly schema: GraphQLSchema,
    config: Config,
    private readonly services: PipelineServices,
    log: FastifyBaseLogger,
    private readonly meter: OperationMeter | null = null,
  ) {
    this.#trusted = TrustedDocuments.read(config);
    this.#documents = new DocumentCache(schema, config);
    this.#turns = new ExecutionTurns(services.databaseTurns);
    this.#presentation = { log, suggestions: config.GRAPHQL_INTROSPECTION === 'on' };
  }

  /** The number of operations that wait for their turn. */
  get waiting(): number {
    return this.#turns.waiting;
  }

  prepare(request: OperationRequest, sender: Sender): Promise<PreparedOperation | RefusedOperation> {
    if (!this.meter) return this.#prepare(request, sender);
    const startedAt = performance.now();
    return this.meter.measure(this.#prepare(request, sender), startedAt);
  }

  async #prepare(
    request: OperationRequest,
    { payer, transport }: Sender,
  ): Promise<PreparedOperation | RefusedOperation> {
    let operation: OperationDefinitionNode | undefined;
    const { complexityBudget } = this.services;
    try {
      const text = this.#trusted.resolve(request);
      requireSmallVariables(request.variables);
      if (!this.#documents.has(text)) await complexityBudget.spendOnParsing(payer, text);
      const parsed = this.#documents.get(text);
      if ('errors' in parsed) return { errors: parsed.errors };
      const { document, complexities, sharing } = parsed;
      operation = selectOperation(document, request.operationName);
      requireTransport(operation, transport);
      requireValidVariables(this.schema, operation, request.variables ?? {});
      const complexity = complexities.get(operation) ?? 0;
      const execution = { payer, complexity, kind: executionKind(document, operation) };
      await complexityBudget.spend(payer, complexity);
      const args = {
        schema: this.schema,
        document,
        operationName: request.operationName ?? null,
        variableValues: request.variables ?? null,
      };
      return {
        text,
        operation,
        document,
        sharing,
        execute: (contextValue) => this.#inTurn(execution, () => execute({ ...args, contextValue })),
        subscribe: (contextValue) => this.#inTurn(execution, () => openStream({ ...args, contextValue })),
      };
    } catch (error) {
      return { errors: refusalErrors(error), operation };
    }
  }

  /** @param args those of the subscription. */
  async executeEvent(args: ExecutionArgs, { event }: Publication<unknown>): Promise<ExecutedEvent> {
    return { result: this.presentResult(await execute({ ...args, rootValue: event })) };
  }

  async #inTurn<T>(execution: Execution, run: () => T | Promise<T>): Promise<T | ExecutionResult> {
    try {
      return await this.#turns.run(execution, run);
    } catch (error) {
      return { errors: refusalErrors(error) };
    }
  }

  /** @param sender whose log has the error, if it is a fault; absent for what no client has sent. */
  presentError(error: unknown, sender?: Pick<Context, 'log'>): GraphQLFormattedError {
    return presentError(error, this.#presentationFor(sender));
  }

  /** @param sender as for `presentError`. */
  presentResult(result: UnpresentedResult, sender?: Pick<Context, 'log'>): FormattedExecutionResult {
    return presentResult(result, result.errors ? this.#presentationFor(sender) : this.#presentation);
  }

  #presentationFor(sender: Pick<Context, 'log'> | undefined): Presentation {
    return sender ? { ...this.#presentation, log: sender.log() } : this.#presentation;
  }
}
