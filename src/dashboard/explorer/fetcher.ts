import type { GraphiQLProps } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
import { createClient, type SubscribePayload } from 'graphql-ws';
import type { BrowserSession } from '../app/session/session.js';

type Fetcher = GraphiQLProps['fetcher'];

/** Close codes without a retry: the session ended, or there are too many connections. */
const FINAL_CLOSE_CODES = [4403, 4429];

/**
 * Sends queries and mutations over HTTP, and each subscription over a WebSocket of its own, so that each gets the
 * headers of its tab. Those headers override the session's token.
 */
export const createFetcher =
  (session: BrowserSession): Fetcher =>
  async ({ query, operationName, variables }, { headers } = {}) => {
    const document = parse(query);
    // Just after a tab switch, GraphiQL still passes the operation name of the previous tab.
    const operation = getOperationAST(document, operationName) ?? getOperationAST(document);
    const request = { query, operationName: operation?.name?.value ?? null, variables };
    const { token } = session;
    const all = { ...(token && { authorization: `Bearer ${token}` }), ...lowerCased(headers) };
    return operation?.operation === 'subscription' ? subscribe(request, all) : post(request, all);
  };

const lowerCased = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

async function post(request: SubscribePayload, headers: Record<string, string>) {
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(request),
  });
  return response.json();
}

function subscribe(request: SubscribePayload, connectionParams: Record<string, string>) {
  const client = createClient({
    url: new URL('/graphql', location.href.replace(/^http/, 'ws')).href,
    connectionParams,
    shouldRetry: (event) => !(event instanceof CloseEvent && FINAL_CLOSE_CODES.includes(event.code)),
  });
  const results = client.iterate(request);
  const next = results.next.bind(results);
  // GraphiQL prints the error, and a CloseEvent prints as an empty object.
  results.next = () =>
    next().catch((cause: unknown) => {
      throw cause instanceof CloseEvent ? closeError(cause) : cause;
    });
  return results;
}

function closeError({ code, reason }: CloseEvent): Error {
  const error = new Error(`closed: ${code} ${reason}`.trimEnd());
  // GraphiQL prints the stack, too.
  delete error.stack;
  return error;
}
