import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { FormattedExecutionResult } from 'graphql';
import { type Client, CloseCode, createClient, type Sink, type SubscribePayload } from 'graphql-ws';
import { persisted } from '../api/persisted-document.js';
import type { BrowserSession } from '../session/session.js';

/** `reconnecting` also covers a first attempt that failed. */
export type ConnectionState = 'connecting' | 'connected' | 'reconnecting';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Variables of a subscription that can resume after a reconnect. */
interface RecoverableVariables extends Record<string, unknown> {
  /** The cursor of the last event received. */
  since?: string | null | undefined;
}

/** The WebSocket of one session. It reconnects by itself until it is closed. */
export class LiveConnection {
  #state: ConnectionState = 'connecting';
  readonly #listeners = new Set<() => void>();
  readonly #client: Client;

  /** @param lazy connect only while there is a subscription. */
  constructor(session: BrowserSession, lazy: boolean) {
    let sentToken: string | null = null;
    const setState = (state: ConnectionState) => {
      this.#state = state;
      for (const listener of this.#listeners) listener();
    };
    this.#client = createClient({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
      lazy,
      keepAlive: 15_000,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      retryWait: (retries) => withJitter(Math.min(FIRST_WAIT_MS * 2 ** retries, LONGEST_WAIT_MS)),
      onNonLazyError: () => setState('reconnecting'),
      connectionParams: () => {
        sentToken = session.token;
        return sentToken ? { authorization: `Bearer ${sentToken}` } : {};
      },
      on: {
        connected: (_socket, _payload, wasRetry) => {
          setState('connected');
          // Permissions may have changed while disconnected: only a refresh tells.
          if (wasRetry && sentToken) void session.refresh(sentToken);
        },
        error: () => setState('reconnecting'),
        closed: (event) => {
          setState('reconnecting');
          // 4403: the session ended, its permissions changed, or the token expired. A refresh tells which.
          const forbidden = event instanceof CloseEvent && event.code === CloseCode.Forbidden;
          if (forbidden && sentToken) void session.refresh(sentToken);
        },
      },
    });
  }

  readonly getState = (): ConnectionState => this.#state;

  readonly onStateChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Runs any operation, as urql needs it. @returns a function that ends it. */
  execute(
    payload: SubscribePayload,
    sink: Sink<FormattedExecutionResult<Record<string, unknown>, unknown>>,
  ): () => void {
    return this.#client.subscribe(payload, sink);
  }

  /**
   * Subscribes, and after each reconnect resumes since the last event, so that none is missed; when the gateway no
   * longer has the missed events, it sends RESET.
   * @param onEvent returns the cursor of the event.
   * @returns a function that unsubscribes.
   */
  subscribeWithRecovery<T, V extends RecoverableVariables>(
    document: TypedDocumentNode<T, V>,
    variables: V,
    onEvent: (data: T) => string,
    onError: (error: unknown) => void,
  ): () => void {
    // graphql-ws sends this object again at each reconnect, then with the latest cursor.
    const resumable = { ...variables };
    return this.subscribe(
      document,
      resumable,
      (data) => {
        resumable.since = onEvent(data);
      },
      onError,
    );
  }

  /** Subscribes without React. Events during a disconnect are missed. @returns a function that unsubscribes. */
  subscribe<T, V extends Record<string, unknown>>(
    document: TypedDocumentNode<T, V>,
    variables: V,
    onEvent: (data: T) => void,
    onError: (error: unknown) => void,
  ): () => void {
    return this.#client.subscribe<T>(
      { query: '', variables, extensions: { ...persisted(document) } },
      {
        next: ({ data, errors }) => {
          if (errors) onError(errors);
          else if (data) onEvent(data);
        },
        error: onError,
        complete: () => {},
      },
    );
  }

  close(): void {
    this.#listeners.clear();
    // dispose() waits for a pending connection, whose failure no longer matters.
    Promise.resolve(this.#client.dispose()).catch(() => {});
  }
}

const withJitter = (ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms * (0.5 + Math.random())));
