import type { ApolloServerPlugin, BaseContext } from '@apollo/server';

/** The mistakes of a request that was well-formed. */
const mistakes: ReadonlySet<unknown> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
]);

/**
 * An answer of the type `application/json` has status 200 whatever is wrong with the document, since proxies answer
 * with that type too; `application/graphql-response+json` has 400.
 * https://graphql.github.io/graphql-over-http/draft/#sec-application-json
 */
export const statusByMediaType: ApolloServerPlugin<BaseContext> = {
  requestDidStart: async () => ({
    async willSendResponse({ request, response, errors }) {
      const accept = request.http?.headers.get('accept') ?? '';
      if (accept.includes('application/graphql-response+json')) return;
      if (response.http.status === 400 && errors?.every(({ extensions }) => mistakes.has(extensions.code))) {
        response.http.status = 200;
      }
    },
  }),
};
