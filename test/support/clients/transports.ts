import type { Client, SubscribePayload } from 'graphql-ws';
import type { TestGateway } from '../gateway.js';

/** An operation in any of the forms that clients send. */
export type SentOperation = Partial<SubscribePayload> & { readonly documentId?: string };

export interface SentError {
  readonly message: string;
  readonly locations?: unknown;
  readonly extensions: { readonly code: string } & Readonly<Record<string, unknown>>;
}

/** Sends an operation. @returns the errors of its answer, or of the first one of a subscription. */
export type Transport = (operation: SentOperation) => Promise<readonly SentError[]>;

export const overHttp =
  ({ post }: TestGateway, headers: Record<string, string> = {}): Transport =>
  async (operation) =>
    (await post('/graphql', operation, headers)).json().errors ?? [];

export const overGet =
  ({ app }: TestGateway): Transport =>
  async (operation) => {
    const parameters = Object.entries(operation).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]);
    const query = Object.fromEntries(parameters);
    return (await app.inject({ method: 'GET', url: '/graphql', query })).json().errors ?? [];
  };

/** Fails when the socket is closed instead. */
export const overSocket =
  (client: Client): Transport =>
  (operation) =>
    new Promise((resolve, reject) => {
      const unsubscribe = client.subscribe(
        { query: '', ...operation },
        {
          next({ errors }) {
            // As JSON, since the client makes GraphQLErrors of them.
            resolve(JSON.parse(JSON.stringify(errors ?? [])));
            unsubscribe();
          },
          error: (errors) =>
            Array.isArray(errors) ? resolve(JSON.parse(JSON.stringify(errors))) : reject(errors),
          complete: () => resolve([]),
        },
      );
    });

/** The code of the first error, or `executed`. */
export const outcome = (errors: readonly SentError[]): string => errors[0]?.extensions.code ?? 'executed';
