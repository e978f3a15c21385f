import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import ours from '../../../schema/trusted-documents.json' with { type: 'json' };
import type { Config } from '../../config.js';
import { DomainError, StartError } from '../../errors.js';

/** As codegen and Relay write them: names of documents, such as their SHA-256 in hex → their texts. */
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

/** How a request says what it wants executed; all of it unproven. */
export interface DocumentRequest {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
  readonly operationName?: string | null | undefined;
  readonly variables?: unknown;
}

const PersistedQuery = z.object({ persistedQuery: z.object({ sha256Hash: z.string() }) });

/** The documents of the manifests: any request may name one, and with GRAPHQL_DOCUMENTS=trusted there are no others. */
export class TrustedDocuments {
  readonly #texts = new Map<string, string>();

  private constructor(private readonly only: boolean) {}

  /** Our own manifest and those of the settings. @throws StartError for one that cannot be read */
  static read({ GRAPHQL_DOCUMENTS, GRAPHQL_MANIFESTS }: Config): TrustedDocuments {
    const documents = new TrustedDocuments(GRAPHQL_DOCUMENTS === 'trusted');
    documents.#add(ours);
    for (const path of GRAPHQL_MANIFESTS) documents.#add(readManifest(path));
    return documents;
  }

  #add(manifest: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(manifest)) {
      this.#texts.set(name, text);
      this.#texts.set(sha256(text), text);
    }
  }

  /**
   * The text to execute; undefined where the request brings none.
   * @throws DomainError FORBIDDEN for a text that is not trusted; GraphQLError PERSISTED_QUERY_NOT_FOUND, after which
   * stock clients send the text.
   */
  resolve({ query, documentId, extensions }: DocumentRequest): string | undefined {
    if (typeof query === 'string' && query !== '') {
      if (!this.only || this.#texts.has(sha256(query))) return query;
      throw new DomainError('FORBIDDEN', 'Only documents of the manifests are executed here.');
    }
    const name = typeof documentId === 'string' ? documentId.replace(/^sha256:/, '') : hashOf(extensions);
    if (name === undefined) return undefined;
    const text = this.#texts.get(name);
    if (text !== undefined) return text;
    throw new GraphQLError('PersistedQueryNotFound', { extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } });
  }
}

const hashOf = (extensions: unknown): string | undefined =>
  PersistedQuery.safeParse(extensions).data?.persistedQuery.sha256Hash;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

function readManifest(path: string): Record<string, string> {
  try {
    return Manifest.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw new StartError(
      `GRAPHQL_MANIFESTS names ${path}, which cannot be read as JSON of hashes and documents.`,
    );
  }
}
