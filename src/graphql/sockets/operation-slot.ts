import type { Context } from 'graphql-ws';

/** What a slot holds for an operation that is still being prepared. */
class Reservation implements AsyncIterable<never> {
  async *[Symbol.asyncIterator](): AsyncGenerator<never> {}
}

/**
 * The entry of an operation in graphql-ws's table of its socket. A client may complete an operation while it is being
 * prepared, and give its id to another one. graphql-ws compares only ids, and would then confuse the two.
 */
export class OperationSlot {
  readonly #reservation = new Reservation();

  /** Must be created synchronously after graphql-ws has found the id free. */
  constructor(
    private readonly subscriptions: Context['subscriptions'],
    private readonly id: string,
  ) {
    subscriptions[id] = this.#reservation;
  }

  /** Resolves if the slot still belongs to the operation. Otherwise it never settles: the operation is abandoned. */
  async stillHeld(): Promise<void> {
    if (this.subscriptions[this.id] !== this.#reservation) await new Promise<never>(() => {});
  }
}
