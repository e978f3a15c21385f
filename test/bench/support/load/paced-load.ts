import { setTimeout } from 'node:timers/promises';
import pLimit from 'p-limit';
import { Connection } from './http-load.ts';

const CONNECTIONS = 200;
const LONGEST_WAIT_MS = 30_000;
const RETRY_MS = 1000;

/** What became of requests that were sent at a fixed rate. */
export interface Outcome {
  /** When each was due, in milliseconds since the start. */
  readonly due: number;
  /** Milliseconds from then until it was answered with success; infinite if it never was. */
  readonly waited: number;
}

/**
 * Sends requests at a fixed rate, however slowly the server answers. As devices do, it repeats what was refused for now
 * or failed, for half a minute.
 * @param next the request of this number.
 */
export async function pacedLoad(
  url: string,
  { count, perSecond }: { count: number; perSecond: number },
  next: (index: number) => Buffer,
): Promise<Outcome[]> {
  const limit = pLimit(CONNECTIONS);
  const idle: Connection[] = [];
  /** @returns null if the request failed, or was not answered in time. */
  const send = (bytes: Buffer) =>
    limit(async () => {
      const connection = idle.pop() ?? (await Connection.open(url).catch(() => null));
      const tooLate = setTimeout(LONGEST_WAIT_MS, null, { ref: false });
      const response = await Promise.race([connection?.send(bytes), tooLate]).catch(() => null);
      if (connection && response) idle.push(connection);
      else connection?.close();
      return response ?? null;
    });
  const started = performance.now();
  const outcomes = Array.from({ length: count }, async (_, index) => {
    const due = (index * 1000) / perSecond;
    await setTimeout(due);
    for (;;) {
      const response = await send(next(index));
      const waited = performance.now() - started - due;
      if (response && response.status < 300) return { due, waited };
      if (waited > LONGEST_WAIT_MS) return { due, waited: Number.POSITIVE_INFINITY };
      const [, seconds] = /\r\nretry-after: *(\d+)/i.exec(response?.head ?? '') ?? [];
      await setTimeout(seconds === undefined ? RETRY_MS : Number(seconds) * 1000);
    }
  });
  const all = await Promise.all(outcomes);
  for (const connection of idle) connection.close();
  return all;
}
