import type { GraphiQLProps } from 'graphiql';
import { getOperationAST, parse } from 'graphql';
import { createClient, type SubscribePayload } from 'graphql-ws';
import type { BrowserSession } from '../app/session/session.js';

type Fetcher = GraphiQLProps['fetcher'];

/** A session that ends, and the caps, close the socket for good; anything else is tried again. */
const FINAL = [4403, 4429];

/**
 * Queries and mutations go over HTTP, each subscription over a socket of its own, so that each has the headers of
 * its tab; they go before the token of the session.
 */
export const createFetcher =
  (session: BrowserSession): Fetcher =>
  async ({ query, operationName, variables }, { headers } = {}) => {
    const document = parse(query);
    // For a moment after a change of tabs, GraphiQL names the operation of the other one.
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
    shouldRetry: (event) => !(event instanceof CloseEvent && FINAL.includes(event.code)),
  });
  const answers = client.iterate(request);
  const next = answers.next.bind(answers);
  // What is thrown is shown, and a CloseEvent shows nothing of what it knows.
  answers.next = () =>
    next().catch((cause: unknown) => {
      throw cause instanceof CloseEvent ? closed(cause) : cause;
    });
  return answers;
}

function closed({ code, reason }: CloseEvent): Error {
  const error = new Error(`closed: ${code} ${reason}`.trimEnd());
  // GraphiQL would show it too.
  delete error.stack;
  return error;
}
