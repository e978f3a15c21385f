import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { syncGatewayTime } from '../time/clock.js';
import { Failure } from './failure.js';
import { persisted } from './persisted-document.js';

interface Answer<T> {
  readonly data?: T | null;
  readonly errors?: readonly { message?: unknown; extensions?: unknown }[];
}

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
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
    body: JSON.stringify({ variables, extensions: persisted(document) }),
    keepalive,
  }).catch(networkFailure);
  syncGatewayTime(response.headers.get('date'));
  const answer = parse<T>(await response.text().catch(networkFailure));
  if (!answer) throw Failure.ofStatus(response.status);
  if (answer.errors || !answer.data) throw Failure.of(answer.errors?.[0]);
  return answer.data;
}

function networkFailure(cause: unknown): never {
  throw Failure.network(cause);
}

/** @returns null for the text of anything but a GraphQL answer. */
function parse<T>(text: string): Answer<T> | null {
  try {
    const answer: Answer<T> | null = JSON.parse(text);
    return answer?.data || answer?.errors ? answer : null;
  } catch {
    return null;
  }
}
