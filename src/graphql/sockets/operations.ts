import type { FastifyBaseLogger } from 'fastify';
import { type ExecutionArgs, type ExecutionResult, GraphQLError, type GraphQLSchema } from 'graphql';
import type { Context as ProtocolContext, SubscribePayload } from 'graphql-ws';
import type { Services } from '../../services.js';
import { EventStream } from '../../streams/event-stream.js';
import type { Context } from '../context.js';
import { documentLimits } from '../execution/document-limits.js';
import { Documents } from '../execution/execute.js';
import { payerOf } from '../execution/payer.js';
import { openStream } from '../execution/subscription.js';
import { TrustedDocuments } from '../execution/trusted-documents.js';
import { FanOut } from './fan-out.js';
import type { LiveSocket } from './live-socket.js';
import type { Recipient } from './member.js';
import { OperationPlace } from './operation-slot.js';
import { nextPrefix } from './socket-writer.js';

/** An operation that a socket has begun. */
interface Begun extends Recipient {
  readonly contextValue: Context;
  readonly place: OperationPlace;
}

/** Operations over WebSocket, from the message that begins one to the events that it is told. */
export class Operations {
  readonly #documents: Documents;
  readonly #fanOut: FanOut;
  readonly #mostPerSocket: number;
  /** By the context made for each. */
  readonly #begun = new WeakMap<object, Begun>();

  constructor(
    private readonly schema: GraphQLSchema,
    { config, costs }: Services,
    log: FastifyBaseLogger,
  ) {
    this.#documents = new Documents(schema, documentLimits(config), TrustedDocuments.read(config), costs);
    this.#fanOut = new FanOut(log);
    this.#mostPerSocket = config.LIVE_SUBSCRIPTIONS_PER_SOCKET;
  }

  /**
   * Reads the document and lets its sender pay for it.
   * @param protocol what the protocol's implementation knows of the socket.
   * @returns what to execute, or why not.
   */
  async begin(
    protocol: Pick<ProtocolContext, 'subscriptions'>,
    { context, caller, writer }: LiveSocket,
    id: string,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const place = new OperationPlace(protocol, id);
    const operations = Object.keys(protocol.subscriptions).length;
    const read = await this.#documents.read(payload, payerOf(caller, context.client));
    await place.stillHeld();
    if (!('document' in read)) return read;
    if (operations > this.#mostPerSocket) {
      return [new GraphQLError('Too many operations on this socket.', { extensions: { code: 'THROTTLED' } })];
    }
    // As each request over HTTP does; a token that has expired is nobody's.
    const contextValue: Context = { ...context, caller: caller && context.services.sessions.touch(caller) };
    this.#begun.set(contextValue, { contextValue, prefix: nextPrefix(id), writer, place });
    return {
      schema: this.schema,
      document: read.document,
      contextValue,
      operationName: payload.operationName ?? null,
      variableValues: payload.variables ?? null,
    };
  }

  /** Opens a subscription, which shares its events with equal ones. */
  async subscribe(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
    const stream = await openStream(args).catch(failed);
    const begun = this.#of(args);
    if (!(stream instanceof EventStream)) return stream;
    if (!begun) throw new Error('The operation was not begun here.');
    await begun.place.stillHeld();
    const { contextValue, prefix, writer } = begun;
    return this.#fanOut.join({ args: { ...args, contextValue }, stream, prefix, writer });
  }

  /** Goes on unless the operation was ended meanwhile. */
  async stillHeld(args: ExecutionArgs): Promise<void> {
    await this.#of(args)?.place.stillHeld();
  }

  #of({ contextValue }: ExecutionArgs): Begun | undefined {
    return contextValue instanceof Object ? this.#begun.get(contextValue) : undefined;
  }
}

/** One that graphql-js throws at, such as a subscription whose only field is skipped: the others of its socket go on. */
const failed = (error: Error): ExecutionResult => ({
  errors: [new GraphQLError(error.message, { originalError: error })],
});
