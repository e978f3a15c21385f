import type { FastifyBaseLogger } from 'fastify';
import {
  type DocumentNode,
  type ExecutionResult,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  parse,
  specifiedRules,
  validate,
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

/** A result as clients see it: errors in our form, faults masked and logged. */
export function presentResult(
  { data = null, errors }: { data?: ExecutionResult['data']; errors?: readonly GraphQLError[] | undefined },
  log: FastifyBaseLogger,
  wording?: Wording,
): FormattedExecutionResult {
  if (!errors) return { data };
  return { data, errors: errors.map((error) => presentError(error, error.toJSON(), log, wording)) };
}
