/** The request extension that names a document by its hash, as `GRAPHQL_DOCUMENTS=trusted` requires. */
export interface PersistedDocument {
  readonly persistedQuery: { readonly version: 1; readonly sha256Hash: string };
}

/**
 * @param document one of `generated/graphql.ts`, which carry their hash.
 * @throws Error for a document without a hash.
 */
export function persisted(document: object): PersistedDocument {
  const meta: unknown = '__meta__' in document ? document.__meta__ : null;
  if (!(meta instanceof Object && 'hash' in meta && typeof meta.hash === 'string')) {
    throw new Error('The document has no hash: write it in schema/operations.');
  }
  return { persistedQuery: { version: 1, sha256Hash: meta.hash.replace(/^sha256:/, '') } };
}
