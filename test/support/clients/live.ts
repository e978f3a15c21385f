import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { type Client, type ClientOptions, createClient } from 'graphql-ws';
import WebSocket from 'ws';

/** A stock client of graphql-ws. */
export const connect = (host: string, token?: string, options: Partial<ClientOptions> = {}): Client =>
  createClient({
    url: `ws://${host}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token ? { connectionParams: { authorization: `Bearer ${token}` } } : {}),
    ...options,
  });

/** A subscription, event by event. */
export interface Watch<T> {
  /** The data of the next event; null at the end. @throws Error with the codes of a refusal. */
  next(): Promise<T | null>;
  stop(): Promise<unknown>;
}

export function watch<T, V extends Record<string, unknown>>(
  client: Client,
  document: TypedDocumentNode<T, V>,
  variables: V,
): Watch<T> {
  const events = client.iterate<T>({ query: print(document), variables });
  return {
    async next() {
      const { value, done } = await events.next();
      if (done) return null;
      if (value.errors) throw new Error(value.errors.map(({ extensions }) => extensions?.code).join(' '));
      return value.data ?? null;
    },
    stop: () => Promise.resolve(events.return?.()),
  };
}
