import { authExchange } from '@urql/exchange-auth';
import { Client, fetchExchange, makeOperation, mapExchange, subscriptionExchange } from 'urql';
import { persisted } from '../api/persisted-document.js';
import type { BrowserSession } from '../session/session.js';
import type { LiveConnection } from './live-connection.js';
import type { ActiveQueries } from './refetch-on-focus.js';

/** The client of one session. Without a cache: what is shown changes all the time, and views ask for it anew. */
export function createClient(session: BrowserSession, live: LiveConnection, shown: ActiveQueries): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'network-only',
    exchanges: [shown.exchange, byHash, authorised(session), fetchExchange, overSocket(live)],
  });
}

const byHash = mapExchange({
  onOperation: (operation) =>
    operation.kind === 'teardown'
      ? operation
      : makeOperation(operation.kind, { ...operation, extensions: { ...persisted(operation.query) } }),
});

/** With the session's token; one that is refused is exchanged, and the operation sent again. */
const authorised = (session: BrowserSession) =>
  authExchange(async ({ appendHeaders }) => {
    let sent = session.token;
    return {
      addAuthToOperation(operation) {
        sent = session.token;
        return sent ? appendHeaders(operation, { authorization: `Bearer ${sent}` }) : operation;
      },
      didAuthError: ({ graphQLErrors }) =>
        graphQLErrors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED'),
      refreshAuth: () => session.refresh(sent),
    };
  });

const overSocket = (live: LiveConnection) =>
  subscriptionExchange({
    forwardSubscription: ({ query = '', variables, extensions }) => ({
      subscribe: (sink) => ({
        unsubscribe: live.execute(
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
