import type { Context } from 'graphql-ws';

/** What stands in the place of an operation that has not begun; nobody reads it. */
class Beginning implements AsyncIterable<never> {
  async *[Symbol.asyncIterator](): AsyncGenerator<never> {}
}

/**
 * The place of an operation among those of its socket. A client may end an operation before it has begun, and give
 * its id to another one: the protocol's implementation, which knows ids alone, would take the one for the other, and
 * lose a subscription that goes on until its socket ends.
 */
export class OperationPlace {
  readonly #beginning = new Beginning();

  /** Takes the place. To be called where the implementation has just found it free. */
  constructor(
    private readonly socket: Pick<Context, 'subscriptions'>,
    private readonly id: string,
  ) {
    socket.subscriptions[id] = this.#beginning;
  }

  /** Goes on, but never for an operation that was ended meanwhile: what waits for it is forgotten. */
  async stillHeld(): Promise<void> {
    if (this.socket.subscriptions[this.id] !== this.#beginning) await new Promise<never>(() => {});
  }
}
