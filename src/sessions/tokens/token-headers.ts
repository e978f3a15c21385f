/** The headers in which every API accepts an access token. */
export const TOKEN_HEADERS = ['Authorization', 'token', 'userToken'] as const;

export type TokenHeader = (typeof TOKEN_HEADERS)[number];

/** In lower case, as Node names them. */
export const tokenHeaderKeys: readonly string[] = TOKEN_HEADERS.map((name) => name.toLowerCase());

/** The keys in the order in which they are read, by the header that the document of the API names. */
const precedence: ReadonlyMap<TokenHeader, readonly string[]> = new Map(
  TOKEN_HEADERS.map((name) => [name, [...new Set([name.toLowerCase(), ...tokenHeaderKeys])]]),
);

/** How JavaScript, Java, Objective-C, Python and Go write a token that is not set. */
const ABSENT = /^(undefined|null|\(null\)|none|nil|<nil>)$/i;

/**
 * The token of a header such as `Authorization`, with or without the prefix `Bearer `; null for an empty header,
 * `Bearer undefined` and the like, and another scheme (`Basic …`). A header that was sent several times has values
 * separated by commas: the first token counts.
 */
export function bearerToken(header: string | undefined): string | null {
  for (const value of header?.split(',') ?? []) {
    const token = /^\s*(?:Bearer\s+)*(?!Bearer\s*$)([^\s=]+=*)\s*$/i.exec(value)?.[1];
    if (token !== undefined && !ABSENT.test(token)) return token;
  }
  return null;
}

/**
 * The first access token in the headers of a request.
 * @param documented the header that the document of the API names, which is read first.
 */
export function sentToken(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  documented: TokenHeader = 'Authorization',
): string | null {
  for (const key of precedence.get(documented) ?? []) {
    const token = bearerToken(headers[key]?.toString());
    if (token !== null) return token;
  }
  return null;
}
