import type { Charset } from './charset.js';

/**
 * Parses a query string or an `application/x-www-form-urlencoded` body like
 * https://url.spec.whatwg.org/#urlencoded-parsing, but refuses what its charset cannot decode.
 * @param encoded one character for each byte.
 * @param maxPairs the rest is ignored.
 * @throws UnreadableText
 */
export function parseUrlencoded(encoded: string, charset: Charset, maxPairs?: number): [string, string][] {
  if (encoded === '') return [];
  return encoded
    .split('&', maxPairs)
    .filter((pair) => pair !== '')
    .map((pair) => {
      const end = pair.includes('=') ? pair.indexOf('=') : pair.length;
      const name = decode(pair.slice(0, end), charset, 'the name of a parameter');
      return [name, decode(pair.slice(end + 1), charset, name)];
    });
}

const decode = (component: string, charset: Charset, part: string): string =>
  charset.decode(unescapeBytes(component.replaceAll('+', ' ')), part);

/** The bytes of a text with escapes such as `%E6`. @param escaped one character for each byte. */
export function unescapeBytes(escaped: string): Buffer {
  const bytes = escaped.replace(/%([\da-f]{2})/gi, (_escape, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, 'latin1');
}

/** The query string of a request target, without its question mark. */
export function queryString(target = ''): string {
  const start = target.indexOf('?');
  return start < 0 ? '' : target.slice(start + 1);
}
