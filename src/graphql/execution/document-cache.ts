import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Config } from '../../config.js';
import { documentLimits, limitRule } from './document-limits.js';
import { type Sharing, sharingOf } from './sharing.js';

/** Characters of the documents in memory. Parsed, each character takes a few hundred bytes. */
const CAPACITY = 256 * 1024;

export interface ValidDocument {
  readonly document: DocumentNode;
  readonly complexities: ReadonlyMap<OperationDefinitionNode, number>;
  readonly sharing: Sharing;
}

export interface InvalidDocument {
  readonly errors: readonly GraphQLError[];
}

/** Parses and validates each document once. */
export class DocumentCache {
  readonly #documents = new LRUCache<string, ValidDocument | InvalidDocument>({
    maxSize: CAPACITY,
    sizeCalculation: (_document, text) => text.length + 1,
  });

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly config: Config,
  ) {}

  has(text: string): boolean {
    return this.#documents.has(text);
  }

  get(text: string): ValidDocument | InvalidDocument {
    const known = this.#documents.get(text);
    if (known) return known;
    const parsed = this.#parse(text);
    this.#documents.set(text, parsed);
    return parsed;
  }

  #parse(text: string): ValidDocument | InvalidDocument {
    try {
      return this.#validate(parse(text, { maxTokens: this.config.GRAPHQL_MAX_TOKENS }));
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
      throw error;
    }
  }

  #validate(document: DocumentNode): ValidDocument | InvalidDocument {
    const complexities = new Map<OperationDefinitionNode, number>();
    const errors = validate(this.schema, document, [
      ...specifiedRules,
      limitRule(documentLimits(this.config), complexities),
      ...(this.config.GRAPHQL_INTROSPECTION === 'on' ? [] : [NoSchemaIntrospectionCustomRule]),
    ]);
    if (errors.length === 0) return { document, complexities, sharing: sharingOf(this.schema, document) };
    return { errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
  }
}

/** The error without its nodes and its stack, which would keep the document and its whole validation in memory. */
function withCode({ message, source, positions }: GraphQLError, code: string): GraphQLError {
  const error = new GraphQLError(message, {
    source: source ?? null,
    positions: positions ?? null,
    extensions: { code },
  });
  error.stack = '';
  return error;
}
