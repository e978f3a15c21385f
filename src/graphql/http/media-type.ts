import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

/** Those of Apollo Server, in its order. https://graphql.github.io/graphql-over-http/draft/#sec-Media-Types */
const JSON_TYPE = 'application/json; charset=utf-8';
const supported = [
  JSON_TYPE,
  'application/graphql-response+json; charset=utf-8',
  'application/json; callbackSpec=1.0; charset=utf-8',
];

/** Clients send few different headers. A header may have 64 KiB. */
const known = new LRUCache<string, string>({
  maxSize: 256 * 1024,
  sizeCalculation: (_type, accept) => accept.length,
});

/** The media type of a response by the header Accept; null when the client accepts none that is supported. */
export function responseType(accept: string | undefined): string | null {
  if (!accept) return JSON_TYPE;
  const found = known.get(accept);
  if (found !== undefined) return found;
  const type = new Negotiator({ headers: { accept } }).mediaType(supported);
  if (type === undefined) return null;
  known.set(accept, type);
  return type;
}
