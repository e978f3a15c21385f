import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import { Refusal } from './refusal.js';

export type Transport = 'http' | 'websocket';

/** @throws GraphQLError OPERATION_RESOLUTION_FAILURE, in the words of graphql-js. */
export function selectOperation(
  document: DocumentNode,
  name: string | null | undefined,
): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (operation) return operation;
  throw new GraphQLError(
    name == null
      ? 'Must provide operation name if query contains multiple operations.'
      : `Unknown operation named "${name}".`,
    { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } },
  );
}

export const SUBSCRIPTIONS_NEED_A_SOCKET =
  'Subscriptions are served over WebSocket only: connect to the same URL with the protocol graphql-transport-ws.';

/** @throws GraphQLError BAD_REQUEST for a subscription over HTTP. */
export function requireTransport({ operation }: OperationDefinitionNode, transport: Transport): void {
  if (transport === 'websocket' || operation !== OperationTypeNode.SUBSCRIPTION) return;
  throw new GraphQLError(SUBSCRIPTIONS_NEED_A_SOCKET, { extensions: { code: 'BAD_REQUEST' } });
}

/** @throws Refusal with an error BAD_USER_INPUT for each mistake, at most 50. */
export function requireValidVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  if (variableDefinitions.length === 0) return;
  const { errors } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 50 });
  if (!errors) return;
  throw new Refusal(
    errors.map(
      ({ message, nodes, originalError, extensions }) =>
        new GraphQLError(message, {
          nodes: nodes ?? null,
          originalError: originalError ?? null,
          extensions: { ...extensions, code: 'BAD_USER_INPUT' },
        }),
    ),
  );
}
