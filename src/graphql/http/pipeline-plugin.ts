import { type ApolloServerPlugin, type GraphQLRequest, HeaderMap } from '@apollo/server';
import { parse } from 'graphql';
import { payerOf } from '../../sessions/payer.js';
import type { Context } from '../context.js';
import type { Pipeline, PreparedOperation } from '../execution/pipeline.js';
import { isJsonObject } from './json-object.js';
import { respond } from './operation-response.js';

/**
 * Prepares and executes each operation by the pipeline, in place of Apollo Server, which reads the request and writes
 * the response.
 *
 * No hook of Apollo Server can answer with several errors before it parses: a refused operation continues with a
 * placeholder until `responseForOperation`.
 */
export const pipelinePlugin = (pipeline: Pipeline): ApolloServerPlugin<Context> => ({
  async requestDidStart(requestContext) {
    const { request, contextValue } = requestContext;
    const { caller, client } = contextValue;
    const prepared = await pipeline.prepare(
      { ...request, documentId: documentId(request) },
      { payer: payerOf(caller, client), transport: 'http' },
    );
    const { text, document } = 'errors' in prepared ? placeholder : prepared;
    request.query = text;
    if (request.extensions) request.extensions = withoutPersistedQuery(request.extensions);
    // Apollo Server neither parses nor validates an operation whose document is set.
    Object.assign(requestContext, { document });
    return {
      async responseForOperation({ requestIsBatched }) {
        const accept = request.http?.headers.get('accept');
        const { status, headers, result } = await respond(pipeline, prepared, contextValue, accept);
        return {
          // One operation of a batch must not set the status of the others.
          http: requestIsBatched
            ? { headers: new HeaderMap() }
            : { status, headers: new HeaderMap(Object.entries(headers)) },
          body: { kind: 'single', singleResult: result },
        };
      },
    };
  },
});

const PLACEHOLDER = '{ __typename }';
const placeholder: Pick<PreparedOperation, 'text' | 'document'> = {
  text: PLACEHOLDER,
  document: parse(PLACEHOLDER),
};

/** `documentId` in the body or the URL, which Apollo Server does not read. */
function documentId({ http }: GraphQLRequest): unknown {
  if (http?.method === 'GET') return new URLSearchParams(http.search).get('documentId');
  return isJsonObject(http?.body) ? http.body.documentId : undefined;
}

/** Apollo Server refuses requests with persisted queries that it does not store itself. */
function withoutPersistedQuery({ persistedQuery: _persistedQuery, ...others }: Record<string, unknown>) {
  return others;
}
