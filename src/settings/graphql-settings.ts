import { z } from 'zod';
import { commaList, doc, integer } from './setting-types.js';

export const graphql = {
  GRAPHQL_INTROSPECTION: z
    .enum(['on', 'off'], 'must be on or off')
    .prefault('on')
    .meta(doc('`off` hides the schema, and the names that error messages suggest.')),
  GRAPHQL_DOCUMENTS: z
    .enum(['any', 'trusted'], 'must be any or trusted')
    .prefault('any')
    .meta(
      doc(
        '`trusted` executes only the documents of the manifests: `schema/trusted-documents.json` and those of `GRAPHQL_MANIFESTS`. Requests may name them by hash in either case.',
      ),
    ),
  GRAPHQL_MANIFESTS: commaList
    .prefault('')
    .meta(
      doc(
        "Comma-separated manifest files of other front ends, in the form of codegen's `persistedDocuments` or of Apollo.",
        'none',
      ),
    ),
  GRAPHQL_MAX_DEPTH: integer(1, 1000)
    .prefault('12')
    .meta(doc('Maximum depth of an operation; a fragment counts wherever it is spread.')),
  GRAPHQL_MAX_ROOT_FIELDS: integer(1, 1000)
    .prefault('10')
    .meta(doc('Maximum number of root fields in an operation.')),
  GRAPHQL_MAX_ALIASES: integer(0, 10_000)
    .prefault('30')
    .meta(doc('Maximum number of aliases in an operation.')),
  GRAPHQL_MAX_DIRECTIVES: integer(0, 10_000)
    .prefault('30')
    .meta(doc('Maximum number of directives in an operation.')),
  // Parsing is recursive and would overflow the stack with far more tokens.
  GRAPHQL_MAX_TOKENS: integer(10, 5000).prefault('2000').meta(doc('Maximum number of tokens in a document.')),
  GRAPHQL_MAX_COMPLEXITY: integer(1, 1_000_000_000)
    .prefault('10000')
    .meta(
      doc(
        'Maximum complexity of an operation: the number of fields in its largest response. A list counts `first` or `last` times (100 times for a variable), or 10 times without them.',
      ),
    ),
  GRAPHQL_MAX_BATCH: integer(1, 100)
    .prefault('10')
    .meta(doc("Maximum number of operations in one HTTP request, as Apollo's `BatchHttpLink` sends them.")),
  GRAPHQL_COMPLEXITY_PER_MINUTE: integer(1, 1_000_000_000)
    .prefault('30000000')
    .meta(
      doc(
        'Maximum complexity of all operations that a user, or an anonymous address, may execute in a minute. Heartbeats are free. A tenth of it bounds the parsing of documents that are not in the cache.',
      ),
    ),
};
