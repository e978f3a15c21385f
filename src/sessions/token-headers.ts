/** The headers in which every API accepts an access token, in the order in which they are read. */
export const TOKEN_HEADERS = ['Authorization', 'token', 'userToken'];

/** In lower case, as Node names them. */
export const tokenHeaderKeys: readonly string[] = TOKEN_HEADERS.map((name) => name.toLowerCase());

/**
 * The token of a header such as `Authorization`, with or without the prefix `Bearer `; null for an empty header or
 * another scheme (`Basic …`).
 */
export function bearerToken(header: string | undefined): string | null {
  return /^\s*(?:Bearer\s+)?(?!Bearer\s*$)(\S+)\s*$/i.exec(header ?? '')?.[1] ?? null;
}

/** The first access token in the headers of a request. */
export function sentToken(headers: Readonly<Record<string, string | string[] | undefined>>): string | null {
  for (const key of tokenHeaderKeys) {
    const header = headers[key];
    const token = bearerToken(Array.isArray(header) ? header[0] : header);
    if (token !== null) return token;
  }
  return null;
}
