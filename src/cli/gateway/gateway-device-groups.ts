import { z } from 'zod';
import { UsageError } from '../failures.js';
import { type GatewayClient, GatewayError } from './gateway-client.js';
import type { DeviceFilter } from './gateway-devices.js';

const Group = z.object({
  id: z.string(),
  name: z.string(),
  deviceCount: z.number().nullable(),
  filter: z.object({
    ids: z.array(z.string()).nullable(),
    userId: z.string().nullable(),
    online: z.boolean().nullable(),
    api: z.string().nullable(),
    clientVersion: z.string().nullable(),
    channel: z.string().nullable(),
    tags: z.array(z.string()).nullable(),
    retired: z.boolean().nullable(),
    search: z.string().nullable(),
  }),
});

/** The groups of devices, by name. `--json` prints all fields. @throws GatewayError */
export async function listGroups(client: GatewayClient): Promise<z.output<typeof Group>[]> {
  const Data = z.object({ deviceGroups: z.array(Group) });
  return (await client.execute('DeviceGroups', {}, Data)).deviceGroups;
}

/**
 * The filter of a group, narrowed down by another one.
 * @param name null for no group.
 * @throws GatewayError NOT_FOUND, UsageError for a field that the group sets, too
 */
export async function withinGroup(
  client: GatewayClient,
  name: string | null,
  filter: DeviceFilter,
): Promise<DeviceFilter> {
  if (name === null) return filter;
  const group = await findGroup(client, name);
  const saved = Object.entries(group.filter).filter(([, value]) => value !== null);
  const repeated = saved.find(([field]) => field !== 'tags' && field in filter);
  if (repeated) throw new UsageError(`The group ${name} already selects by ${repeated[0]}.`);
  const { tags = [], ...others } = Object.fromEntries(saved) as DeviceFilter;
  return { ...others, ...filter, tags: [...tags, ...(filter.tags ?? [])] };
}

/** Creates a group, or saves another filter in the one with this name. @throws GatewayError */
export async function saveGroup(client: GatewayClient, name: string, filter: DeviceFilter): Promise<object> {
  const group = (await listGroups(client)).find((group) => group.name === name);
  if (!group) return client.execute('CreateDeviceGroup', { input: { name, filter } }, z.object({}).loose());
  return client.execute('UpdateDeviceGroup', { input: { id: group.id, filter } }, z.object({}).loose());
}

/** @throws GatewayError */
export async function renameGroup(client: GatewayClient, from: string, name: string): Promise<object> {
  const { id } = await findGroup(client, from);
  return client.execute('UpdateDeviceGroup', { input: { id, name } }, z.object({}).loose());
}

/** @throws GatewayError */
export async function deleteGroup(client: GatewayClient, name: string): Promise<void> {
  const { id } = await findGroup(client, name);
  await client.execute('DeleteDeviceGroup', { input: { id } }, z.unknown());
}

async function findGroup(client: GatewayClient, name: string) {
  const group = (await listGroups(client)).find((group) => group.name === name);
  if (group) return group;
  throw new GatewayError('NOT_FOUND', `There is no group ${name}.`);
}
