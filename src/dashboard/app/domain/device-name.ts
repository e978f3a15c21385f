import type { MachineFragment } from '../generated/graphql.js';

/** What people call a device, as far as it has a name. */
export const deviceName = ({ name, clientId }: Pick<MachineFragment, 'name' | 'clientId'>): string | null =>
  name || clientId;
