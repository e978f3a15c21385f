import { Connection, request } from './http-load.ts';

/** @returns the milliseconds that each of some cheap requests took while the work was done. */
export async function waitsWhile(url: string, work: () => Promise<void>): Promise<number[]> {
  const connection = await Connection.open(url);
  const cheap = request(`${url}/graphql`, {
    headers: { 'Content-Type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
  const waits: number[] = [];
  let done = false;
  const working = work().finally(() => {
    done = true;
  });
  while (!done) {
    const started = performance.now();
    await connection.send(cheap);
    waits.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  connection.close();
  await working;
  return waits;
}
