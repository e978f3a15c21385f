import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { SubscribePayload } from 'graphql-ws';
import type { Context } from '../context.js';
import type { PreparedOperation } from '../execution/pipeline.js';
import type { Sharing } from '../execution/sharing.js';
import type { Recipient } from './member.js';
import type { OperationSlot } from './operation-slot.js';
import type { SubscriptionArgs } from './subscriber-group.js';

/** An operation of a socket. graphql-ws passes it from hook to hook, as execution arguments. */
export class LiveOperation implements SubscriptionArgs {
  readonly document: DocumentNode;
  readonly sharing: Sharing;
  readonly execute: () => ReturnType<PreparedOperation['execute']>;
  readonly subscribe: () => ReturnType<PreparedOperation['subscribe']>;
  readonly operationName: string | null;
  readonly variableValues: Readonly<Record<string, unknown>> | null;

  constructor(
    readonly schema: GraphQLSchema,
    { document, sharing, execute, subscribe }: PreparedOperation,
    { operationName, variables }: Pick<SubscribePayload, 'operationName' | 'variables'>,
    readonly contextValue: Context,
    readonly delivery: { readonly slot: OperationSlot; readonly recipient: Recipient },
  ) {
    this.document = document;
    this.sharing = sharing;
    this.execute = () => execute(contextValue);
    this.subscribe = () => subscribe(contextValue);
    this.operationName = operationName ?? null;
    this.variableValues = variables ?? null;
  }
}
