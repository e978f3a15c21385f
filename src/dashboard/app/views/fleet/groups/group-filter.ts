import type { DeviceFilter, GroupFragment } from '../../../generated/graphql.js';
import { type FleetFilter, noFilter, toDeviceFilter } from '../filters/fleet-filter.js';

/** Shows the devices of a group. */
export function filterOfGroup({ filter }: GroupFragment): Omit<FleetFilter, 'order'> {
  const { search, online, api, clientVersion, channel, tags, retired, userId } = filter;
  return {
    ...noFilter,
    search: search ?? '',
    presence: online === null ? 'all' : online ? 'online' : 'offline',
    api,
    version: clientVersion,
    channel,
    tags: tags ?? [],
    retired: retired === true,
    owner: userId,
  };
}

/** What is saved of the filter of the page: its presence, too. */
export const filterToSave = (filter: FleetFilter): DeviceFilter => ({
  ...toDeviceFilter(filter),
  ...(filter.presence === 'all' ? {} : { online: filter.presence === 'online' }),
});
