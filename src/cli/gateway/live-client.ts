import { type Client, CloseCode, createClient } from 'graphql-ws';
import type { z } from 'zod';
import { documentOf, type GatewayClient, GatewayError, unreachable } from './gateway-client.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

export interface Subscription<T> {
  /** An operation of `schema/operations` with the variable `since`. */
  readonly operation: string;
  readonly variables: Record<string, unknown>;
  /** Validates the data of an event. */
  readonly data: z.ZodType<T>;
  /** @returns the cursor of the event. */
  onEvent(event: T): string;
  /** The connection was lost, and is being restored. */
  onDisconnect(): void;
}

/**
 * Follows a subscription until it fails. After each reconnect it resumes since the last event.
 * @throws GatewayError for a refusal, for a session that has ended, and if no gateway responds at the beginning.
 */
export async function follow<T>(gateway: GatewayClient, subscription: Subscription<T>): Promise<never> {
  const { operation, data, onEvent } = subscription;
  // graphql-ws sends this object again at each reconnect, then with the latest cursor.
  const variables = { ...subscription.variables };
  const client = connect(gateway, subscription.onDisconnect);
  const events = client.iterate({ query: documentOf(operation), variables });
  try {
    for await (const { data: event, errors } of events) {
      const [error] = errors ?? [];
      if (error) throw new GatewayError(String(error.extensions?.code ?? 'FAILED'), error.message);
      variables.since = onEvent(data.parse(event));
    }
    throw new GatewayError('UNAVAILABLE', 'The gateway ended the subscription.');
  } catch (error) {
    throw gatewayError(gateway, error);
  } finally {
    await client.dispose();
  }
}

function connect(gateway: GatewayClient, onDisconnect: () => void): Client {
  let wasConnected = false;
  let mustRenew = false;
  return createClient({
    url: gateway.endpoint.href.replace(/^http/, 'ws'),
    retryAttempts: Number.POSITIVE_INFINITY,
    shouldRetry: (event) => wasConnected && !(event instanceof GatewayError),
    retryWait: (retries) => withJitter(Math.min(FIRST_WAIT_MS * 2 ** retries, LONGEST_WAIT_MS)),
    async connectionParams() {
      if (mustRenew) await gateway.renew();
      mustRenew = false;
      return { authorization: `Bearer ${gateway.token}` };
    },
    on: {
      connected: () => {
        wasConnected = true;
      },
      closed: (event) => {
        if (!wasConnected) return;
        mustRenew ||= codeOf(event) === CloseCode.Forbidden;
        onDisconnect();
      },
    },
  });
}

function gatewayError({ endpoint }: GatewayClient, error: unknown): unknown {
  if (Array.isArray(error)) {
    const [{ message, extensions }] = error;
    return new GatewayError(String(extensions?.code ?? 'FAILED'), message);
  }
  const code = codeOf(error);
  if (code === CloseCode.Forbidden || code === CloseCode.Unauthorized) {
    return new GatewayError('UNAUTHENTICATED', 'You are not signed in, or your session has ended.');
  }
  if (code !== undefined) return unreachable(endpoint, `close code ${code}`);
  return error instanceof Error ? error : unreachable(endpoint, 'no WebSocket connection');
}

const codeOf = (event: unknown): number | undefined =>
  typeof event === 'object' && event !== null && 'code' in event && typeof event.code === 'number'
    ? event.code
    : undefined;

const withJitter = (ms: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, ms * (0.5 + Math.random())));
