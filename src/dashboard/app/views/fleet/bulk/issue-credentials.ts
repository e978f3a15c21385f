import type { Client } from 'urql';
import { Failure, failureOf } from '../../../api/failure.js';
import { LARGEST_PAGE } from '../../../api/limits.js';
import { displayName } from '../../../domain/display-name.js';
import {
  type DeviceFilter,
  DevicesDocument,
  type DevicesQuery,
  IssueDeviceCredentialsDocument,
} from '../../../generated/graphql.js';
import type { Credential } from '../add-devices/credential-files.js';

type Devices = DevicesQuery['devices'];
type Device = Devices['edges'][number]['node'];

/** What was issued, also where a failure ended it. */
export interface Issued {
  readonly credentials: readonly Credential[];
  /** Devices that give themselves no id, and get no credential. */
  readonly skipped: number;
  readonly failure: Failure | null;
}

/** Issues credentials of the devices that a filter selects, one owner after the other. */
export async function issueCredentials(client: Client, filter: DeviceFilter): Promise<Issued> {
  const credentials: Credential[] = [];
  let skipped = 0;
  try {
    const devices = await readDevices(client, filter);
    skipped = devices.filter(({ clientId }) => clientId === null).length;
    for (const { user, deviceIds } of byOwner(devices)) {
      const input = { userId: user.id, deviceIds };
      const { data, error } = await client.mutation(IssueDeviceCredentialsDocument, { input });
      if (error) throw failureOf(error);
      const owner = displayName(user);
      const issued = data?.issueDeviceCredentials.credentials ?? [];
      credentials.push(...issued.map((credential) => ({ ...credential, owner })));
    }
    return { credentials, skipped, failure: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { credentials, skipped, failure: error };
  }
}

/** @throws Failure */
async function readDevices(client: Client, filter: DeviceFilter): Promise<Device[]> {
  const devices: Device[] = [];
  for (let after: string | null = null; ; ) {
    const page: Devices = await readPage(client, filter, after);
    devices.push(...page.edges.map(({ node }) => node));
    if (!page.pageInfo.hasNextPage) return devices;
    after = page.pageInfo.endCursor;
  }
}

/** @throws Failure */
async function readPage(client: Client, filter: DeviceFilter, after: string | null): Promise<Devices> {
  const page = { filter, first: LARGEST_PAGE, after };
  const { data, error } = await client.query(DevicesDocument, page, { requestPolicy: 'network-only' });
  if (error) throw failureOf(error);
  if (!data) throw Failure.of(undefined);
  return data.devices;
}

/** The ids of the devices that have one, by owner. */
function byOwner(devices: readonly Device[]) {
  const owners = new Map<string, { user: Device['user']; deviceIds: string[] }>();
  for (const { user, clientId } of devices) {
    if (clientId === null) continue;
    const owner = owners.get(user.id) ?? { user, deviceIds: [] };
    owner.deviceIds.push(clientId);
    owners.set(user.id, owner);
  }
  return owners.values();
}
