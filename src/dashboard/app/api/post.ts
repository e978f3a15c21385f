import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { syncGatewayTime } from '../time/clock.js';
import { Failure } from './failure.js';
import { persisted } from './persisted-document.js';

/**
 * Sends one operation outside urql and returns its data. The session uses it to sign in, refresh and sign out,
 * because urql's client itself depends on the session for its token.
 * @throws Failure
 */
export async function post<T, V>(
  document: TypedDocumentNode<T, V>,
  variables: V,
  { token, keepalive = false }: { token?: string; keepalive?: boolean } = {},
): Promise<T> {
  const answer = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ variables, extensions: persisted(document) }),
    keepalive,
  })
    .then(
      (response): Promise<{ data?: T | null; errors?: { message?: unknown; extensions?: unknown }[] }> => {
        syncGatewayTime(response.headers.get('date'));
        return response.json();
      },
    )
    .catch((cause: unknown) => {
      throw Failure.network(cause);
    });
  if (answer.errors || !answer.data) throw Failure.of(answer.errors?.[0]);
  return answer.data;
}
