import type { IncomingHttpHeaders } from 'node:http';
import { Charset } from './charset.js';

/**
 * The text of a header, which clients send as UTF-8 and Node reads as ISO-8859-1.
 * @returns undefined without the header.
 * @throws UnreadableText
 */
export function headerText(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name.toLowerCase()]?.toString();
  // ASCII is the same in both.
  if (value === undefined || !/[\x80-\xFF]/.test(value)) return value;
  return Charset.utf8.decode(Buffer.from(value, 'latin1'), name);
}
