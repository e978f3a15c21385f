import type { MachineFragment } from '../generated/graphql.js';

/** A device's name, else its device id, else null. */
export const deviceName = ({ name, clientId }: Pick<MachineFragment, 'name' | 'clientId'>): string | null =>
  name || clientId;
