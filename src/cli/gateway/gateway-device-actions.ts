import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { type GatewayClient, GatewayError } from './gateway-client.js';
import type { DeviceFilter } from './gateway-devices.js';

const PAGE_SIZE = 100;
const POLL_MS = 250;
/** How long a gateway may be away, while it restarts, before the command gives up. */
const LONGEST_OUTAGE_MS = 60_000;

/** An action as the gateway returns it. `--json` prints all fields. */
const DeviceAction = z.object({
  id: z.string(),
  kind: z.enum(['TAG', 'UNTAG', 'SET_CHANNEL', 'RETIRE', 'DELETE']),
  value: z.string().nullable(),
  state: z.enum(['RUNNING', 'COMPLETED', 'FAILED', 'STOPPED']),
  total: z.number(),
  done: z.number(),
  changed: z.number(),
  skipped: z.number(),
  failure: z.string().nullable(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
});

export type DeviceAction = z.output<typeof DeviceAction>;

export type NewDeviceAction = Pick<DeviceAction, 'kind' | 'value'> & { readonly filter: DeviceFilter };

const Payload = z.object({ deviceAction: DeviceAction });
const Page = z.object({
  deviceActions: z.object({
    edges: z.array(z.object({ node: DeviceAction })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

/** The number of devices that a filter selects. @throws GatewayError */
export async function countDevices(client: GatewayClient, filter: DeviceFilter): Promise<number> {
  const Data = z.object({ presenceSummary: z.object({ total: z.number() }) });
  const { presenceSummary } = await client.execute('PresenceSummary', { filter }, Data);
  return presenceSummary.total;
}

/** @throws GatewayError */
export async function startAction(client: GatewayClient, input: NewDeviceAction): Promise<DeviceAction> {
  const Data = z.object({ startDeviceAction: Payload });
  return (await client.execute('StartDeviceAction', { input }, Data)).startDeviceAction.deviceAction;
}

/** Yields an action again and again until it ends. @throws GatewayError */
export async function* followAction(client: GatewayClient, id: string): AsyncGenerator<DeviceAction> {
  for (let seenAt = performance.now(); ; await setTimeout(POLL_MS)) {
    try {
      const { deviceAction } = await client.execute('DeviceAction', { id }, Payload);
      seenAt = performance.now();
      yield deviceAction;
      if (deviceAction.state !== 'RUNNING') return;
    } catch (error) {
      const isAway = error instanceof GatewayError && error.code === 'UNAVAILABLE';
      if (!isAway || performance.now() - seenAt > LONGEST_OUTAGE_MS) throw error;
    }
  }
}

/** @throws GatewayError */
export async function stopAction(client: GatewayClient, id: string): Promise<DeviceAction> {
  const Data = z.object({ stopDeviceAction: Payload });
  return (await client.execute('StopDeviceAction', { input: { id } }, Data)).stopDeviceAction.deviceAction;
}

/** @throws GatewayError */
export async function resumeAction(client: GatewayClient, id: string): Promise<DeviceAction> {
  const Data = z.object({ resumeDeviceAction: Payload });
  return (await client.execute('ResumeDeviceAction', { input: { id } }, Data)).resumeDeviceAction
    .deviceAction;
}

/** Yields pages of actions, the latest first. @throws GatewayError */
export async function* listActions(client: GatewayClient): AsyncGenerator<DeviceAction[]> {
  let after: string | null = null;
  do {
    const { deviceActions }: z.output<typeof Page> = await client.execute(
      'DeviceActions',
      { first: PAGE_SIZE, after },
      Page,
    );
    yield deviceActions.edges.map(({ node }) => node);
    after = deviceActions.pageInfo.hasNextPage ? deviceActions.pageInfo.endCursor : null;
  } while (after !== null);
}
