import type { FastifyBaseLogger } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { Pipeline } from '../execution/pipeline.js';
import { type Delivered, type Subscriber, SubscriberGroup } from './subscriber-group.js';

/** Totals since the start of the process, but for the numbers of groups and subscribers. */
export interface FanOutCounts extends Delivered {
  readonly groups: number;
  readonly subscribers: number;
}

/**
 * Subscribers whose messages are equal form one group: it reads the stream once, executes each event once, and shares
 * the bytes of the result.
 */
export class FanOut {
  readonly #groups = new Map<string, SubscriberGroup>();
  readonly #delivered: Delivered = { reads: 0, events: 0, messages: 0, ms: 0 };

  constructor(
    private readonly pipeline: Pick<Pipeline, 'executeEvent'>,
    private readonly log: FastifyBaseLogger,
  ) {}

  get counts(): FanOutCounts {
    const subscribers = this.#groups.values().reduce((sum, { size }) => sum + size, 0);
    return { ...this.#delivered, groups: this.#groups.size, subscribers };
  }

  /**
   * Sends the subscriber its messages from now on.
   * @returns for graphql-ws, see `Member`.
   */
  join(subscriber: Subscriber): AsyncIterableIterator<ExecutionResult> {
    const { key, cursor } = groupKey(subscriber);
    const group = this.#groups.get(key) ?? this.#createGroup(key, subscriber);
    return group.join(subscriber, cursor);
  }

  #createGroup(key: string, subscriber: Subscriber): SubscriberGroup {
    const group = new SubscriberGroup(subscriber, this.pipeline, this.log, this.#delivered, () => {
      if (this.#groups.get(key) === group) this.#groups.delete(key);
    });
    this.#groups.set(key, group);
    return group;
  }
}

/** Everything that messages depend on, and the cursor, by which only the first messages differ. */
function groupKey({ args, stream }: Subscriber): { key: string; cursor: string } {
  const { document, operationName, variableValues, contextValue, sharing } = args;
  const { [sharing.cursorVariable ?? '']: cursor, ...variables } = variableValues ?? {};
  const { caller, publicUrl } = contextValue;
  const permissions = [...(caller?.permissions ?? [])].sort();
  const key = JSON.stringify([
    document.loc?.source.body,
    operationName,
    variables,
    permissions,
    sharing.isPerCaller ? caller?.sessionId : null,
    stream.scope,
    publicUrl,
  ]);
  // An omitted cursor differs from null: the document may give it a default.
  return { key, cursor: JSON.stringify(cursor) ?? '' };
}
