import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import * as op from '../../support/operations.js';
import { ADMINISTRATOR } from './fleet.js';

/** A response, or `null` where the connection failed. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: each API has its own envelope.
  readonly body: any;
}

/** Posts JSON. @param host `host:port` of a node or of the proxy. */
export async function post(
  host: string,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(`http://${host}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

/** @throws Error with the errors of an operation that failed. */
export async function execute<T, V extends object>(
  host: string,
  document: TypedDocumentNode<T, V>,
  variables: V,
  token?: string,
): Promise<T> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const { body } = await post(host, '/graphql', { query: print(document), variables }, headers);
  if (!body.data) throw new Error(JSON.stringify(body));
  return body.data;
}

/** A session of the administrator. */
export async function signIn(host: string): Promise<{ token: string; sessionId: string }> {
  const { login } = await execute(host, op.LoginDocument, { input: ADMINISTRATOR });
  return { token: login.accessToken, sessionId: login.session.id };
}
