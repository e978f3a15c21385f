import { exchange, type Response } from './http-load.ts';

/** A response of Gatehouse, for peers that send the same bytes. */
export interface Recorded {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Node writes these itself. */
const OWN = ['connection', 'date', 'keep-alive'];

export async function record(url: string, bytes: Buffer): Promise<Recorded> {
  const { status, head, body } = await exchange(url, bytes);
  const headers = head
    .split('\r\n')
    .slice(1)
    .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()] as const)
    .filter(([name]) => !OWN.includes(name.toLowerCase()));
  return { status, headers: Object.fromEntries(headers), body };
}

/** @throws Error when a peer does not answer what Gatehouse answers, since it would do less or more. */
export function requireEqual(
  peer: string,
  answer: Pick<Response, 'status' | 'body'>,
  expected: Recorded,
): void {
  if (answer.status === expected.status && isEqualJson(answer.body, expected.body)) return;
  throw new Error(
    `${peer} answers ${answer.status} ${answer.body}\nbut Gatehouse ${expected.status} ${expected.body}`,
  );
}

/** Whatever the order of the keys. */
const isEqualJson = (one: string, other: string): boolean => canonical(one) === canonical(other);

const canonical = (json: string): string =>
  JSON.stringify(JSON.parse(json), (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted())
      : value,
  );
