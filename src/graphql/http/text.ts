import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Charset } from '../../http/text/charset.js';
import { headerText } from '../../http/text/header-text.js';
import { parseUrlencoded, queryString } from '../../http/text/urlencoded.js';

/** Parses JSON bodies in their declared charset. Fastify's own parser replaces invalid bytes. */
export function parseJsonBodies(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const charset = Charset.of(request.headers['content-type']);
    return parse(request, charset.decode(body, 'body'), done);
  });
}

/**
 * Refuses a query string and a device id that are not UTF-8, before Apollo Server replaces their invalid bytes.
 * @throws UnreadableText
 */
export async function requireReadableHead({ raw }: FastifyRequest): Promise<void> {
  parseUrlencoded(queryString(raw.url), Charset.utf8);
  headerText(raw.headers, 'X-Device-Id');
}
