import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.js';
import { html } from '../reference/html.js';
import { layout, sendPage as sendPlainPage } from '../reference/layout.js';
import type { Services } from '../services.js';
import { type Allowance, sendPage } from './plugin.js';

/**
 * Monaco, the editor in GraphiQL, writes style elements as it goes, and knows no nonce; GraphiQL's own style sheet
 * has its fonts inside. Scripts stay strict.
 */
const editor: Allowance = { styles: "'unsafe-inline'", fonts: 'data:' };

/** GraphiQL at `/explorer`. It lives by the schema: where that is hidden, the page says so instead. */
export function registerExplorer(app: FastifyInstance, { config }: Services): void {
  const obstacle = obstacleTo(config);
  app.get('/explorer', async (_request, reply) => {
    if (obstacle === null) return sendPage(reply, 'explorer', editor);
    return sendPlainPage(reply.code(403), layout('GraphQL explorer', null, html`<p>${obstacle}</p>`));
  });
}

function obstacleTo({ GRAPHQL_INTROSPECTION, GRAPHQL_DOCUMENTS }: Config): string | null {
  if (GRAPHQL_INTROSPECTION === 'off')
    return 'This gateway hides its schema, which the explorer needs: GRAPHQL_INTROSPECTION is off.';
  if (GRAPHQL_DOCUMENTS === 'trusted')
    return 'This gateway executes only documents that it knows, and the explorer is for others: GRAPHQL_DOCUMENTS is trusted.';
  return null;
}
