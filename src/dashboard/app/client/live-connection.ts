import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { FormattedExecutionResult } from 'graphql';
import { type Client, CloseCode, createClient, type Sink, type SubscribePayload } from 'graphql-ws';
import { persisted } from '../api/persisted-document.js';
import type { BrowserSession } from '../session/session.js';

/** How the live link is. `lost`: it was there, or should be by now; it is being tried again. */
export type ConnectionState = 'connecting' | 'open' | 'lost';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** What somebody who resumes is sent at least. */
interface RecoverableVariables extends Record<string, unknown> {
  since?: string | null | undefined;
}

/** The WebSocket of one session. It comes back by itself, as long as the session lasts. */
export class LiveConnection {
  #state: ConnectionState = 'connecting';
  readonly #listeners = new Set<() => void>();
  readonly #client: Client;

  /** @param lazy connects only while there is a subscription; else at once and for good. */
  constructor(session: BrowserSession, lazy: boolean) {
    let sent: string | null = null;
    const become = (state: ConnectionState) => {
      this.#state = state;
      for (const listener of this.#listeners) listener();
    };
    this.#client = createClient({
      url: `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/graphql`,
      lazy,
      keepAlive: 15_000,
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      retryWait: (retries) => wait(Math.min(FIRST_WAIT_MS * 2 ** retries, LONGEST_WAIT_MS)),
      onNonLazyError: () => become('lost'),
      connectionParams: () => {
        sent = session.token;
        return sent ? { authorization: `Bearer ${sent}` } : {};
      },
      on: {
        connected: (_socket, _payload, isBack) => {
          become('open');
          // Whether the rights of the session changed meanwhile, nobody was told.
          if (isBack && sent) void session.refresh(sent);
        },
        error: () => become('lost'),
        closed: (event) => {
          become('lost');
          // The session has ended, its rights have changed, or the token is too old: a refresh tells which.
          const forbidden = event instanceof CloseEvent && event.code === CloseCode.Forbidden;
          if (forbidden && sent) void session.refresh(sent);
        },
      },
    });
  }

  readonly getState = (): ConnectionState => this.#state;

  readonly onStateChange = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  execute(
    payload: SubscribePayload,
    sink: Sink<FormattedExecutionResult<Record<string, unknown>, unknown>>,
  ): () => void {
    return this.#client.subscribe(payload, sink);
  }

  /**
   * Follows a subscription that goes on after a lost link where it was: nothing is missed, or it says RESET.
   * @param onEvent answers the cursor of the event.
   */
  subscribeWithRecovery<T, V extends RecoverableVariables>(
    document: TypedDocumentNode<T, V>,
    variables: V,
    onEvent: (data: T) => string,
    onRefusal: (error: unknown) => void,
  ): () => void {
    // The client sends this same object anew each time it is back.
    const asked = { ...variables };
    return this.subscribe(
      document,
      asked,
      (data) => {
        asked.since = onEvent(data);
      },
      onRefusal,
    );
  }

  /** Follows a subscription past React; what happens while the link is lost is missed. @returns stops it. */
  subscribe<T, V extends Record<string, unknown>>(
    document: TypedDocumentNode<T, V>,
    variables: V,
    onEvent: (data: T) => void,
    onRefusal: (error: unknown) => void,
  ): () => void {
    return this.#client.subscribe<T>(
      { query: '', variables, extensions: { ...persisted(document) } },
      {
        next: ({ data, errors }) => {
          if (errors) onRefusal(errors);
          else if (data) onEvent(data);
        },
        error: onRefusal,
        complete: () => {},
      },
    );
  }

  close(): void {
    this.#listeners.clear();
    // It waits for a connection under way, which may fail now that nobody wants it.
    Promise.resolve(this.#client.dispose()).catch(() => {});
  }
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms * (0.5 + Math.random())));
