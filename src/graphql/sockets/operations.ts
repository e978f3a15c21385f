import type { FastifyBaseLogger } from 'fastify';
import { type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import type { Context as ProtocolContext, SubscribePayload } from 'graphql-ws';
import { payerOf } from '../../sessions/payer.js';
import { EventStream } from '../../streams/event-stream.js';
import type { Pipeline } from '../execution/pipeline.js';
import { FanOut, type FanOutCounts } from './fan-out.js';
import { nextPrefix } from './frames.js';
import { LiveOperation } from './live-operation.js';
import type { LiveSocket } from './live-socket.js';
import { OperationSlot } from './operation-slot.js';

/** The operations of all sockets, as hooks of graphql-ws. */
export class Operations {
  readonly #fanOut: FanOut;

  /** @param maxPerSocket operations of one socket at a time. */
  constructor(
    private readonly pipeline: Pipeline,
    private readonly maxPerSocket: number,
    log: FastifyBaseLogger,
  ) {
    this.#fanOut = new FanOut(pipeline, log);
  }

  get counts(): FanOutCounts {
    return this.#fanOut.counts;
  }

  /** @returns the operation to execute, or why it is refused. */
  async prepare(
    { subscriptions, extra: socket }: Pick<ProtocolContext<undefined, LiveSocket>, 'subscriptions' | 'extra'>,
    id: string,
    payload: SubscribePayload,
  ): Promise<LiveOperation | readonly GraphQLError[]> {
    const slot = new OperationSlot(subscriptions, id);
    if (Object.keys(subscriptions).length > this.maxPerSocket) return [tooManyOperations()];
    const { context, writer } = socket;
    const caller = await socket.caller();
    const payer = payerOf(caller, context.client);
    const prepared = await this.pipeline.prepare(payload, {
      payer,
      transport: 'websocket',
      origin: socket.origin,
    });
    await slot.stillHeld();
    if ('errors' in prepared) return prepared.errors;
    // graphql-ws keeps the payload as long as the operation: equal documents become one text in memory.
    Object.assign(payload, { query: prepared.document.loc?.source.body });
    const contextValue = {
      ...context,
      caller: caller && context.services.sessions.touch(caller),
      log: () => socket.log(),
    };
    const delivery = { slot, recipient: { writer, prefix: nextPrefix(id) } };
    return new LiveOperation(this.pipeline.schema, prepared, payload, contextValue, delivery);
  }

  /** Executes a query or a mutation in its turn. */
  execute(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
    return operationOf(args).execute();
  }

  /** Opens a subscription. It shares its messages with equal subscriptions. */
  async subscribe(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
    const operation = operationOf(args);
    const stream = await operation.subscribe();
    if (!(stream instanceof EventStream)) return stream;
    const { slot, recipient } = operation.delivery;
    await slot.stillHeld();
    return this.#fanOut.join({ args: operation, stream, recipient });
  }

  /** Abandons the operation if it was completed while it was executed. */
  async requireHeld(args: ExecutionArgs): Promise<void> {
    await operationOf(args).delivery.slot.stillHeld();
  }
}

const tooManyOperations = () =>
  new GraphQLError('Too many operations on this socket.', { extensions: { code: 'THROTTLED' } });

function operationOf(args: ExecutionArgs): LiveOperation {
  if (args instanceof LiveOperation) return args;
  throw new Error('Only prepared operations can be executed.');
}
