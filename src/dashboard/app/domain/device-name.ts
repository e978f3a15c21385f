import type { MachineFragment } from '../generated/graphql.js';

/** The name that administrators gave a device, else the one it reports, else its device id, else null. */
export const deviceName = ({
  displayName,
  name,
  clientId,
}: Pick<MachineFragment, 'displayName' | 'name' | 'clientId'>): string | null =>
  displayName || name || clientId;
