import { type Client, mapExchange, type Operation } from 'urql';

/** The queries whose answers are shown right now. What they tell may change in other tabs, and by other people. */
export class ActiveQueries {
  readonly #shown = new Map<number, Operation>();

  readonly exchange = mapExchange({
    onOperation: (operation) => {
      if (operation.kind === 'query') this.#shown.set(operation.key, operation);
      if (operation.kind === 'teardown') this.#shown.delete(operation.key);
    },
  });

  /** Asks them anew; the answers are shown until there are newer ones. */
  refetch(client: Client): void {
    for (const operation of this.#shown.values()) client.reexecuteOperation(operation);
  }
}

/** Calls back whenever somebody comes back to this page, from another tab or window. @returns stops it. */
export function onPageFocus(callBack: () => void): () => void {
  const seen = () => {
    if (!document.hidden) callBack();
  };
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('focus', seen);
  return () => {
    document.removeEventListener('visibilitychange', seen);
    window.removeEventListener('focus', seen);
  };
}
