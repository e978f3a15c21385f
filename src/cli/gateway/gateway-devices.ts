import { z } from 'zod';
import { type GatewayClient, GatewayError } from './gateway-client.js';

const PAGE_SIZE = 100;

/** A device as the gateway returns it. `--json` prints all fields. */
export const Device = z.object({
  id: z.string(),
  clientId: z.string().nullable(),
  name: z.string().nullable(),
  displayName: z.string().nullable(),
  tags: z.array(z.string()),
  channel: z.string(),
  api: z.string(),
  clientVersion: z.string().nullable(),
  online: z.boolean(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  user: z.object({ id: z.string(), username: z.string().nullable(), phone: z.string().nullable() }),
});

export type Device = z.output<typeof Device>;

const Page = z.object({
  devices: z.object({
    edges: z.array(z.object({ node: Device })),
    pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }),
  }),
});

/** Which devices. Undefined fields match everything. */
export interface DeviceFilter {
  readonly ids?: readonly string[];
  readonly userId?: string;
  readonly clientVersion?: string;
  readonly search?: string;
  readonly tags?: readonly string[];
  readonly channel?: string;
  readonly online?: boolean;
  readonly retired?: boolean;
}

/** What devices are sorted by. */
export interface DeviceOrder {
  readonly field: string;
  readonly direction: 'ASC' | 'DESC';
}

/** Yields pages of devices. @throws GatewayError */
export async function* listDevices(
  client: GatewayClient,
  filter: DeviceFilter,
  orderBy: DeviceOrder,
): AsyncGenerator<Device[]> {
  let after: string | null = null;
  do {
    const { devices }: z.output<typeof Page> = await client.execute(
      'Devices',
      { filter, orderBy, first: PAGE_SIZE, after },
      Page,
    );
    yield devices.edges.map(({ node }) => node);
    after = devices.pageInfo.hasNextPage ? devices.pageInfo.endCursor : null;
  } while (after !== null);
}

/** Adds and removes tags of a device, and keeps its others. @throws GatewayError */
export async function tagDevice(
  client: GatewayClient,
  id: string,
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
): Promise<Device> {
  const { device } = await client.execute('Device', { id }, z.object({ device: Device.nullable() }));
  if (!device) throw new GatewayError('NOT_FOUND', 'There is no such device.');
  const removed = new Set(remove.map((tag) => tag.trim().toLowerCase()));
  const tags = [...device.tags.filter((tag) => !removed.has(tag)), ...add];
  const Data = z.object({ updateDevice: z.object({ device: Device }) });
  const { updateDevice } = await client.execute('UpdateDevice', { input: { id, tags } }, Data);
  return updateDevice.device;
}

/** @throws GatewayError */
export async function retireDevice(client: GatewayClient, id: string): Promise<void> {
  await client.execute('RetireDevice', { input: { id } }, z.unknown());
}

/** @throws GatewayError */
export async function deleteDevice(client: GatewayClient, id: string): Promise<void> {
  await client.execute('DeleteDevice', { input: { id } }, z.unknown());
}
