import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Charset } from '../../http/text/charset.js';
import { decompress } from '../../http/text/content-encoding.js';
import { headerText } from '../../http/text/header-text.js';
import { parseUrlencoded, queryString } from '../../http/text/urlencoded.js';

/** Parses JSON bodies, compressed ones too, in their declared charset. Fastify's own parser replaces invalid bytes. */
export function parseJsonBodies(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  scope.removeContentTypeParser('application/json');
  scope.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const { headers } = request;
    const decode = (bytes: Buffer) => Charset.of(headers['content-type']).decode(bytes, 'body');
    if (headers['content-encoding'] === undefined) return parse(request, decode(body), done);
    decompress(body, headers, request.routeOptions.bodyLimit)
      .then(decode)
      .then((text) => parse(request, text, done), done);
  });
}

/**
 * Refuses a query string and a device id that are not UTF-8, before Apollo Server replaces their invalid bytes.
 * @throws UnreadableText
 */
export function requireReadableHead({ raw }: FastifyRequest): void {
  parseUrlencoded(queryString(raw.url), Charset.utf8);
  headerText(raw.headers, 'X-Device-Id');
}
