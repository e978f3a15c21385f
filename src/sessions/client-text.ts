import { truncate } from '../http/text/truncate.js';
import { MAX_CLIENT_TEXT_LENGTH } from './caller.js';

/**
 * A text that a client says about itself, such as its version. Its length and NUL, which PostgreSQL does not store,
 * never fail a request: it is truncated, and NUL is removed.
 * @param value well-formed text, or a number; null stands for everything else.
 */
export function clientText(value: unknown, maxLength = MAX_CLIENT_TEXT_LENGTH): string | null {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return null;
  return truncate(text.replaceAll('\0', ''), maxLength) || null;
}
