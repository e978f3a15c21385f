import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import type { TestGateway } from '../gateway.js';

export interface GraphqlAnswer<T> {
  readonly status: number;
  readonly data?: T | null;
  readonly errors?: readonly {
    message: string;
    path?: string[];
    extensions: { code: string } & Record<string, unknown>;
  }[];
}

/** Sends an operation of `schema/operations`, typed by codegen. */
export async function send<T, V extends object>(
  gateway: TestGateway,
  document: TypedDocumentNode<T, V>,
  variables: V,
  headers: Record<string, string> = {},
): Promise<GraphqlAnswer<T>> {
  const response = await gateway.post('/graphql', { query: print(document), variables }, headers);
  return { status: response.statusCode, ...response.json<Omit<GraphqlAnswer<T>, 'status'>>() };
}

/** The data of an operation that must succeed. */
export async function ask<T, V extends object>(
  gateway: TestGateway,
  document: TypedDocumentNode<T, V>,
  variables: V,
  token?: string,
): Promise<T> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const { data, errors } = await send(gateway, document, variables, headers);
  if (errors || !data) throw new Error(`The operation failed: ${JSON.stringify(errors)}`);
  return data;
}

/** The codes of an operation that must be refused. */
export async function refusal<T, V extends object>(
  gateway: TestGateway,
  document: TypedDocumentNode<T, V>,
  variables: V,
  token?: string,
): Promise<string | undefined> {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const { errors } = await send(gateway, document, variables, headers);
  return errors?.map(({ extensions }) => extensions.code).join(' ');
}
