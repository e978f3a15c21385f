import type { IncomingHttpHeaders } from 'node:http';
import { Charset } from './charset.js';

/**
 * The text of a header, which clients send as UTF-8 and Node reads as ISO-8859-1.
 * @returns undefined without the header.
 * @throws UnreadableText
 */
export function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()];
  return value === undefined ? undefined : Charset.utf8.decode(Buffer.from(String(value), 'latin1'), name);
}
