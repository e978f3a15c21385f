import { authExchange } from '@urql/exchange-auth';
import { Client, fetchExchange, makeOperation, mapExchange, subscriptionExchange } from 'urql';
import { persisted } from '../api/persisted-document.js';
import type { BrowserSession } from '../session/session.js';
import type { LiveConnection } from './live-connection.js';
import type { ActiveQueries } from './refetch-on-focus.js';
import { stepUpExchange } from './step-up-exchange.js';
import type { StepUps } from './step-ups.js';

/** urql's client for one session. It has no cache: fleet data changes all the time, so views always fetch. */
export function createClient(
  session: BrowserSession,
  connection: LiveConnection,
  activeQueries: ActiveQueries,
  stepUps: StepUps,
): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'network-only',
    exchanges: [
      activeQueries.exchange,
      persistedDocuments,
      stepUpExchange(stepUps),
      sessionAuth(session),
      fetchExchange,
      subscriptionsOver(connection),
    ],
  });
}

const persistedDocuments = mapExchange({
  onOperation: (operation) =>
    operation.kind === 'teardown'
      ? operation
      : makeOperation(operation.kind, { ...operation, extensions: { ...persisted(operation.query) } }),
});

/** A refresh tells whether the session has ended, or what it allows now. */
const outdated: readonly unknown[] = ['UNAUTHENTICATED', 'ENROLLMENT_REQUIRED'];

/** Adds the session's token. A rejected token is refreshed, and the operation is sent again. */
const sessionAuth = (session: BrowserSession) =>
  authExchange(async ({ appendHeaders }) => {
    let sent = session.token;
    return {
      addAuthToOperation(operation) {
        sent = session.token;
        return sent ? appendHeaders(operation, { authorization: `Bearer ${sent}` }) : operation;
      },
      didAuthError: ({ graphQLErrors }) =>
        graphQLErrors.some(({ extensions }) => outdated.includes(extensions?.code)),
      refreshAuth: () => session.refresh(sent),
    };
  });

const subscriptionsOver = (connection: LiveConnection) =>
  subscriptionExchange({
    forwardSubscription: ({ query = '', variables, extensions }) => ({
      subscribe: (sink) => ({
        unsubscribe: connection.execute(
          { query, variables: variables ?? {}, extensions },
          {
            next: ({ data, errors }) => sink.next({ data: data ?? null, ...(errors ? { errors } : {}) }),
            error: (error) => sink.error(error),
            complete: () => sink.complete(),
          },
        ),
      }),
    }),
  });
