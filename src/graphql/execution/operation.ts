import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';

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

/** @throws GraphQLError BAD_REQUEST for a subscription over HTTP. */
export function requireTransport({ operation }: OperationDefinitionNode, transport: Transport): void {
  if (transport === 'websocket' || operation !== OperationTypeNode.SUBSCRIPTION) return;
  throw new GraphQLError(
    'Subscriptions are served over WebSocket only: connect to the same URL with the protocol graphql-transport-ws.',
    { extensions: { code: 'BAD_REQUEST' } },
  );
}

/** @returns one error BAD_USER_INPUT for each variable that does not match its type. */
export function variableErrors(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  const { errors = [] } = getVariableValues(schema, variableDefinitions, variables, { maxErrors: 50 });
  return errors.map(
    (error) =>
      new GraphQLError(error.message, {
        nodes: error.nodes ?? null,
        originalError: error.originalError ?? null,
        extensions: { ...error.extensions, code: 'BAD_USER_INPUT' },
      }),
  );
}
