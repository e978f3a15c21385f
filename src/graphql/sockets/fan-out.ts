import type { FastifyBaseLogger } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { Pipeline } from '../execution/pipeline.js';
import { type Subscriber, SubscriberGroup } from './subscriber-group.js';

/**
 * Subscribers whose messages are equal form one group: it reads the stream once, executes each event once, and shares
 * the bytes of the result.
 */
export class FanOut {
  readonly #groups = new Map<string, SubscriberGroup>();

  constructor(
    private readonly pipeline: Pick<Pipeline, 'presentResult'>,
    private readonly log: FastifyBaseLogger,
  ) {}

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
    const group = new SubscriberGroup(subscriber, this.pipeline, this.log, () => {
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
