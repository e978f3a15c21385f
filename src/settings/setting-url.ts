import type { z } from 'zod';

/**
 * The parameters of a query, percent-decoded.
 * @param schema strict: a parameter that it does not have is refused by name.
 * @throws RangeError as `refuse`
 */
export function parseParameters<Schema extends z.ZodObject>(schema: Schema, query: string): z.output<Schema> {
  const pairs = query === '' ? [] : query.split('&').map((pair) => pair.split(/=(.*)/s, 2));
  const given = Object.fromEntries(pairs.map(([name = '', value = '']) => [decode(name), decode(value)]));
  const unsupported = Object.keys(given).filter((name) => !Object.hasOwn(schema.shape, name));
  if (unsupported.length > 0)
    refuse(`must not have the parameter ${unsupported.join(', ')}, which is not supported`);
  const { data, error } = schema.safeParse(given);
  const [issue] = error?.issues ?? [];
  return data ?? refuse(`has a parameter ${String(issue?.path[0])} that ${issue?.message}`);
}

/** Decodes a part of a URL. @throws RangeError as `refuse` */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('must be percent-encoded correctly');
  }
}

/** The port that a text of digits names. @throws RangeError as `refuse` */
export function parsePort(text: string): number {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535
    ? port
    : refuse('must have ports from 1 to 65535');
}

/**
 * Refuses the URL of a setting.
 * @throws RangeError that says what the URL must be. It never quotes the URL, which may have a password.
 */
export function refuse(problem: string): never {
  throw new RangeError(problem);
}
