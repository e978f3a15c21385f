import {
  type ApolloServerPlugin,
  type GraphQLRequest,
  type GraphQLRequestListener,
  type GraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import { type GraphQLFormattedError, parse } from 'graphql';
import type { Context } from '../context.js';
import { payerOf } from '../execution/payer.js';
import type { Pipeline, PreparedOperation } from '../execution/pipeline.js';
import { retryHeaders, statusOf } from './status.js';

/**
 * Prepares each operation by the pipeline, in place of Apollo Server's own parsing and validation.
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
    if (!('errors' in prepared)) return executeInTurn(prepared);
    const errors = prepared.errors.map((error) => pipeline.presentError(error));
    return {
      responseForOperation: async ({ requestIsBatched }) => refusal(errors, request, requestIsBatched),
    };
  },
});

const executeInTurn = ({ takeTurn }: PreparedOperation): GraphQLRequestListener<Context> => ({
  async executionDidStart() {
    const end = await takeTurn();
    return { executionDidEnd: async () => end() };
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
  return isRecord(http?.body) ? http.body.documentId : undefined;
}

/** Apollo Server refuses requests with persisted queries that it does not store itself. */
function withoutPersistedQuery({ persistedQuery: _persistedQuery, ...others }: Record<string, unknown>) {
  return others;
}

/** One refused operation of a batch must not set the status of the others. */
function refusal(
  errors: readonly GraphQLFormattedError[],
  { http }: GraphQLRequest,
  isBatched: boolean,
): GraphQLResponse {
  const body = { kind: 'single', singleResult: { errors } } as const;
  const [first] = errors;
  if (isBatched || !first) return { http: { headers: new HeaderMap() }, body };
  const status = statusOf(first, http?.headers.get('accept'));
  return { http: { status, headers: retryHeaders(first) }, body };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
