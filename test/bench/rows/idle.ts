import { setTimeout } from 'node:timers/promises';
import { type Figure, GATEHOUSE } from '../support/report/figure.ts';
import { type Profile, type Row, scaled } from '../support/row.ts';
import { startGateway } from '../support/servers/gateway.ts';
import { type Server, startPeer, startSubscribers } from '../support/servers/server.ts';

const STATUS = 'subscription { deviceStatus { kind device { id online } devices { id online } } }';
/** Until the process has grown to its working size: its young generation alone grows by 48 MiB. */
const BEFORE = 8000;
const MEASURED = 10_000;
const IDLE_MS = 20_000;

export const idle: Row = {
  name: 'idle',
  description: 'Memory and CPU of a subscribed socket that receives nothing, beside raw ws and graphql-ws.',
  async measure({ cluster, profile }) {
    const servers: Record<string, () => Promise<Server>> = {
      'raw ws': () => startPeer('raw-ws.ts'),
      'graphql-ws': () => startPeer('graphql-ws.ts'),
    };
    await using gateway = await startGateway(cluster);
    const { token } = gateway.admin;
    const memory: Record<string, number[]> = {};
    const cpu: Record<string, number[]> = {};
    for (const [name, start] of Object.entries(servers)) {
      await using server = await start();
      const costs = await costsOf(server, token, profile);
      memory[name] = [costs.kib];
      cpu[name] = [costs.cpu];
    }
    const own = await costsOf(gateway.server, token, profile);
    memory[GATEHOUSE] = [own.kib];
    cpu[GATEHOUSE] = [own.cpu];
    return [
      { work: 'memory of an idle subscribed socket', unit: 'KiB', samples: memory, goal: { atMost: 10.9 } },
      {
        work: 'CPU of an idle subscribed socket in a second',
        unit: 'µs',
        samples: cpu,
        goal: { atMost: 2.2 },
      },
    ] satisfies Figure[];
  },
};

/** Of one more socket. The CPU of the process without sockets is subtracted. */
async function costsOf(
  server: Server,
  token: string,
  profile: Profile,
): Promise<{ kib: number; cpu: number }> {
  await using subscribers = await startSubscribers();
  const idleMs = scaled(profile, IDLE_MS, 100);
  const cpuWhileIdle = async () => {
    const before = await server.cpu();
    await setTimeout(idleMs);
    return (await server.cpu()) - before;
  };
  const add = (count: number) =>
    subscribers.ask('subscribe', { url: server.url, tokens: [token], queries: [STATUS], count });
  const before = Math.min(BEFORE, scaled(profile, 4 * BEFORE));
  const measured = scaled(profile, MEASURED);
  const withoutSockets = await cpuWhileIdle();
  await add(before);
  const first = await server.memory();
  await add(measured);
  const last = await server.memory();
  const withSockets = await cpuWhileIdle();
  return {
    kib: (last.rss - first.rss) / measured / 1024,
    cpu: (withSockets - withoutSockets) / (before + measured) / (idleMs / 1000),
  };
}
