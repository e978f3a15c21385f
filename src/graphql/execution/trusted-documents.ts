import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type DocumentNode, GraphQLError, Kind, parse } from 'graphql';
import { z } from 'zod';
import builtIn from '../../../schema/trusted-documents.json' with { type: 'json' };
import type { Config } from '../../config.js';
import { DomainError, StartError } from '../../errors.js';

/** As codegen and Relay write them: an id of each document, such as its SHA-256 in hex → its text. */
const Texts = z.record(z.string(), z.string());

/** https://www.apollographql.com/docs/graphos/platform/security/persisted-queries#manifest-format */
const ApolloManifest = z
  .object({
    format: z.literal('apollo-persisted-query-manifest'),
    version: z.literal(1),
    operations: z.array(z.object({ id: z.string(), body: z.string() })),
  })
  .transform(({ operations }) => Object.fromEntries(operations.map(({ id, body }) => [id, body])));

const Manifest = z.union([ApolloManifest, Texts]);

/** How a request names its document; unvalidated. */
export interface DocumentRequest {
  readonly query?: unknown;
  /** As the persisted documents of graphql-over-http. */
  readonly documentId?: unknown;
  /** `persistedQuery`, as Apollo's clients send it. */
  readonly extensions?: unknown;
}

const PersistedQuery = z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) });

/** The documents of the manifests. Requests may name one by its id; GRAPHQL_DOCUMENTS=trusted refuses all others. */
export class TrustedDocuments {
  readonly #texts = new Map<string, string>();

  private constructor(private readonly only: boolean) {}

  /** Reads the built-in manifest and those of the settings. @throws StartError for an unreadable one. */
  static read({ GRAPHQL_DOCUMENTS, GRAPHQL_MANIFESTS }: Config): TrustedDocuments {
    const documents = new TrustedDocuments(GRAPHQL_DOCUMENTS === 'trusted');
    documents.#add(builtIn);
    for (const path of GRAPHQL_MANIFESTS) documents.#add(readManifest(path));
    return documents;
  }

  #add(manifest: Readonly<Record<string, string>>): void {
    for (const [id, text] of Object.entries(manifest)) {
      this.#texts.set(id, text);
      this.#texts.set(sha256(text), text);
    }
  }

  /** The names of the operations in all documents. */
  operationNames(): ReadonlySet<string> {
    const texts = new Set(this.#texts.values());
    return new Set([...texts].flatMap((text) => operationNames(parse(text))));
  }

  /**
   * The text of the requested document.
   * @throws DomainError FORBIDDEN for a document that is not trusted; GraphQLError BAD_REQUEST for none, and
   * PERSISTED_QUERY_NOT_FOUND for an unknown id, after which Apollo's clients send the text.
   */
  resolve({ query, documentId, extensions }: DocumentRequest): string {
    if (typeof query === 'string' && query !== '') {
      if (!this.only || this.#texts.has(sha256(query))) return query;
      throw new DomainError('FORBIDDEN', 'Only trusted documents are executed; this one is in no manifest.');
    }
    const id = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : hashOf(extensions);
    if (id === undefined) {
      throw new GraphQLError('query must be the text of a document.', {
        extensions: { code: 'BAD_REQUEST' },
      });
    }
    const text = this.#texts.get(id);
    if (text !== undefined) return text;
    throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
  }
}

const operationNames = ({ definitions }: DocumentNode): string[] =>
  definitions.flatMap((one) => (one.kind === Kind.OPERATION_DEFINITION && one.name ? [one.name.value] : []));

const hashOf = (extensions: unknown): string | undefined =>
  PersistedQuery.safeParse(extensions).data?.persistedQuery.sha256Hash;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function readManifest(path: string): Record<string, string> {
  try {
    return Manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new StartError(
      `GRAPHQL_MANIFESTS names ${path}, which is not a readable JSON manifest of documents.`,
    );
  }
}
