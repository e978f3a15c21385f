import { GATEHOUSE } from '../report/figure.ts';
import type { Profile } from '../row.ts';
import type { Server } from '../servers/server.ts';
import { compare } from './compare.ts';
import { exchange, load } from './http-load.ts';
import { type Recorded, requireEqual } from './recorded.ts';

/** Requests before the measurement, for the compiler of JavaScript. */
const WARM_UPS = 3;

/**
 * Compares the server CPU of a request, in microseconds.
 * @param servers by name, Gatehouse among them. All must answer what Gatehouse answers.
 * @param requestTo the same request to each server.
 * @param count of requests in a turn.
 */
export async function compareRequests(
  servers: Readonly<Record<string, Server>>,
  requestTo: (url: string) => Buffer,
  expected: Recorded,
  { profile, count }: { profile: Profile; count: number },
): Promise<Record<string, number[]>> {
  for (const [name, { url }] of Object.entries(servers)) {
    if (name !== GATEHOUSE) requireEqual(name, await exchange(url, requestTo(url)), expected);
  }
  const measurements = Object.entries(servers).map(([name, server]) => {
    const bytes = requestTo(server.url);
    return [name, () => cpuOf(server, count, () => load(server.url, count, () => bytes))] as const;
  });
  return compare(Object.fromEntries(measurements), { turns: profile.turns, warmUps: WARM_UPS });
}

/** Microseconds of server CPU for each of `count` operations. */
export async function cpuOf(server: Server, count: number, work: () => Promise<void>): Promise<number> {
  const before = await server.cpu();
  await work();
  return ((await server.cpu()) - before) / count;
}
