import { type Client, mapExchange, type Operation } from 'urql';

/** The queries that mounted components use right now. */
export class ActiveQueries {
  readonly #operations = new Map<number, Operation>();

  readonly exchange = mapExchange({
    onOperation: (operation) => {
      if (operation.kind === 'query') this.#operations.set(operation.key, operation);
      if (operation.kind === 'teardown') this.#operations.delete(operation.key);
    },
  });

  /** Fetches all again. Components keep their data until the new answers arrive. */
  refetch(client: Client): void {
    for (const operation of this.#operations.values()) client.reexecuteOperation(operation);
  }
}

/** Calls back whenever the user returns to this tab or window. @returns a function that stops it. */
export function onPageFocus(callback: () => void): () => void {
  const callIfVisible = () => {
    if (!document.hidden) callback();
  };
  document.addEventListener('visibilitychange', callIfVisible);
  window.addEventListener('focus', callIfVisible);
  return () => {
    document.removeEventListener('visibilitychange', callIfVisible);
    window.removeEventListener('focus', callIfVisible);
  };
}
