import { z } from 'zod';
import type { GatewayClient } from './gateway-client.js';

const Issued = z.object({
  issueDeviceCredentials: z.object({
    credentials: z.array(z.object({ clientId: z.string(), token: z.string() })),
  }),
});

/**
 * Issues credentials of devices.
 * @param userId a node id; null for devices of the signed-in user.
 * @throws GatewayError
 */
export async function issueCredentials(
  client: GatewayClient,
  deviceIds: readonly string[],
  userId: string | null,
): Promise<{ clientId: string; token: string }[]> {
  const variables = { input: { deviceIds, userId } };
  const { issueDeviceCredentials } = await client.execute('IssueDeviceCredentials', variables, Issued);
  return issueDeviceCredentials.credentials;
}

const Claiming = z.object({
  deviceClaim: z.object({
    clientId: z.string(),
    name: z.string().nullable(),
    address: z.string(),
    requestedAt: z.string(),
    replacesCredential: z.boolean(),
  }),
});
const Claimed = z.object({ claimDevice: z.object({ clientId: z.string() }) });

/** The device that shows a code. @throws GatewayError NOT_FOUND */
export async function readClaim(client: GatewayClient, code: string) {
  return (await client.execute('DeviceClaim', { code }, Claiming)).deviceClaim;
}

/** @throws GatewayError NOT_FOUND */
export async function claimDevice(client: GatewayClient, code: string): Promise<void> {
  await client.execute('ClaimDevice', { input: { code } }, Claimed);
}
