import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { html } from '../reference/html.js';
import { layout, sendPage as sendPlainPage } from '../reference/layout.js';
import { type CspSources, sendPage } from './plugin.js';

/** GraphiQL's editor, Monaco, creates style elements without a nonce, and GraphiQL's style sheet embeds its fonts. */
const graphiqlSources: CspSources = { styles: "'unsafe-inline'", fonts: 'data:' };

/** Serves GraphiQL at `/explorer`, or a page that says which setting disables it. */
export function registerExplorer(app: FastifyInstance, config: Config): void {
  const reason = reasonDisabled(config);
  app.get('/explorer', async (_request, reply) => {
    if (reason === null) return sendPage(reply, 'explorer', graphiqlSources);
    return sendPlainPage(reply.code(403), layout('GraphQL explorer', null, html`<p>${reason}</p>`));
  });
}

function reasonDisabled({ GRAPHQL_INTROSPECTION, GRAPHQL_DOCUMENTS }: Config): string | null {
  if (GRAPHQL_INTROSPECTION === 'off')
    return 'The explorer needs introspection, which is disabled by GRAPHQL_INTROSPECTION=off.';
  if (GRAPHQL_DOCUMENTS === 'trusted')
    return 'The explorer sends new documents, which are refused by GRAPHQL_DOCUMENTS=trusted.';
  return null;
}
