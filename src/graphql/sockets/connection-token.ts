import { sentToken, tokenHeaderKeys } from '../../sessions/tokens/token-headers.js';

/**
 * The access token in the payload of `connection_init`. Clients name it as they name the header of their HTTP requests,
 * in any case; other values than text are not tokens.
 */
export function connectionToken(payload: Readonly<Record<string, unknown>> | undefined): string | null {
  const headers: Record<string, string[]> = {};
  for (const [name, value] of Object.entries(payload ?? {})) {
    const key = name.toLowerCase();
    if (typeof value !== 'string' || !tokenHeaderKeys.includes(key)) continue;
    headers[key] = [...(headers[key] ?? []), value];
  }
  return sentToken(headers);
}
