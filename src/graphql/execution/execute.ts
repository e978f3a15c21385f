import type { FastifyBaseLogger } from 'fastify';
import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  parse,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { DomainError } from '../../errors.js';
import type { CostBudget, Payer } from '../../rate-limits/complexity-budget.js';
import type { DocumentLimits } from './document-limits.js';
import { presentError, type Wording } from './errors.js';
import type { DocumentRequest, TrustedDocuments } from './trusted-documents.js';
import { refuseVastVariables } from './variable-limits.js';

/** Characters of documents that are remembered; each costs a few hundred bytes once it is parsed. */
export const REMEMBERED_CHARACTERS = 256 * 1024;

/** Parses and validates documents, each once; who sends one pays for that, and for the operation. */
export class Documents {
  readonly #known = new LRUCache<string, DocumentNode | readonly GraphQLError[]>({
    maxSize: REMEMBERED_CHARACTERS,
    sizeCalculation: (_document, source) => source.length + 1,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: DocumentLimits,
    private readonly trusted: TrustedDocuments,
    private readonly costs: CostBudget,
  ) {}

  /** The document that a request brings or names, or why it is not run. */
  async read(
    request: DocumentRequest,
    payer: Payer,
  ): Promise<{ text: string; document: DocumentNode } | readonly GraphQLError[]> {
    try {
      refuseVastVariables(request.variables);
      const text = this.trusted.resolve(request) ?? '';
      if (!this.#known.has(text)) await this.costs.read(payer, text);
      const document = this.#remembered(text);
      if (!('kind' in document)) return document;
      const operation = getOperationAST(document, request.operationName);
      if (operation) await this.costs.run(payer, this.limits.costOf(operation));
      return { text, document };
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      if (error instanceof DomainError) return [new GraphQLError(error.message, { originalError: error })];
      throw error;
    }
  }

  #remembered(source: string): DocumentNode | readonly GraphQLError[] {
    const known = this.#known.get(source) ?? this.#read(source);
    this.#known.set(source, known);
    return known;
  }

  #read(source: string): DocumentNode | readonly GraphQLError[] {
    try {
      const { parseOptions, rules } = this.limits;
      const document = parse(source, parseOptions);
      const errors = validate(this.schema, document, [...specifiedRules, ...rules]);
      return errors.length === 0
        ? document
        : errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    } catch (error) {
      if (error instanceof GraphQLError) return [withCode(error, 'GRAPHQL_PARSE_FAILED')];
      throw error;
    }
  }
}

function withCode({ message, nodes, source, positions }: GraphQLError, code: string): GraphQLError {
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code },
  });
}

/**
 * Starts a subscription.
 * @returns its source of events, not executed yet; or why it does not start.
 */
export function openSubscription(args: ExecutionArgs): Promise<AsyncIterable<unknown> | ExecutionResult> {
  return createSourceEventStream(args);
}

/** What one event is for those who subscribed with these arguments. */
export async function executeEvent(args: ExecutionArgs, event: unknown): Promise<ExecutionResult> {
  return execute({ ...args, rootValue: event });
}

/**
 * Every event of a source, executed for one subscriber. Not a generator: the `return` of one waits for the event
 * that it is waiting for, which may never come.
 */
export function executeEach(
  args: ExecutionArgs,
  source: AsyncIterable<unknown>,
): AsyncIterableIterator<ExecutionResult> {
  const events = source[Symbol.asyncIterator]();
  return {
    async next() {
      const { value, done } = await events.next();
      return done
        ? { value: undefined, done: true }
        : { value: await executeEvent(args, value), done: false };
    },
    async return() {
      await events.return?.();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** A result as clients see it: errors in our form, faults masked and logged. */
export function presentResult(
  { data = null, errors }: { data?: ExecutionResult['data']; errors?: readonly GraphQLError[] | undefined },
  log: FastifyBaseLogger,
  wording?: Wording,
): FormattedExecutionResult {
  if (!errors) return { data };
  return { data, errors: errors.map((error) => presentError(error, error.toJSON(), log, wording)) };
}

/**
 * The variable that a subscription's `since` is given by, if that is all it does: subscribers that differ in it
 * alone are told the same from then on.
 */
export function cursorVariable(document: DocumentNode): string | null {
  const uses = new Map<string, number>();
  let cursor: string | null = null;
  visit(document, {
    [Kind.VARIABLE_DEFINITION]: () => false,
    [Kind.VARIABLE]({ name }) {
      uses.set(name.value, (uses.get(name.value) ?? 0) + 1);
    },
    [Kind.ARGUMENT]: {
      leave({ name, value }) {
        if (name.value === 'since' && value.kind === Kind.VARIABLE) cursor = value.name.value;
      },
    },
  });
  return cursor !== null && uses.get(cursor) === 1 ? cursor : null;
}
