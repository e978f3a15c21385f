/** The extension by which a request names its document: `GRAPHQL_DOCUMENTS=trusted` lets nothing else through. */
export interface PersistedDocument {
  readonly persistedQuery: { readonly version: 1; readonly sha256Hash: string };
}

/**
 * @param document one of `generated/graphql.ts`, which carry their hash.
 * @throws Error for any other
 */
export function persisted(document: object): PersistedDocument {
  const meta: unknown = '__meta__' in document ? document.__meta__ : null;
  if (!(meta instanceof Object && 'hash' in meta && typeof meta.hash === 'string')) {
    throw new Error('Only documents of schema/operations can be sent.');
  }
  return { persistedQuery: { version: 1, sha256Hash: meta.hash.replace(/^sha256:/, '') } };
}
