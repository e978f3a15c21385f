import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import { nodeIdOf } from '../../../api/node-id.js';
import { apiOf } from '../../../domain/api-name.js';
import type { Api, DeviceFilter } from '../../../generated/graphql.js';
import type { Presence } from '../live/device-table.js';
import { DEFAULT_ORDER, type FleetOrder, fleetOrderOf } from './fleet-order.js';

/** Which devices are shown, in which order. It is kept in the address, for links and the browser's Back. */
export interface FleetFilter {
  readonly search: string;
  readonly presence: Presence;
  readonly api: Api | null;
  readonly version: string | null;
  readonly channel: string | null;
  /** All of which a device has. */
  readonly tags: readonly string[];
  /** Retired devices instead of those in use. */
  readonly retired: boolean;
  /** The owner's node id. */
  readonly owner: string | null;
  readonly order: FleetOrder;
}

const presences: readonly Presence[] = ['all', 'online', 'offline'];

/** Keeps the order. */
export const noFilter: Omit<FleetFilter, 'order'> = {
  search: '',
  presence: 'all',
  api: null,
  version: null,
  channel: null,
  tags: [],
  retired: false,
  owner: null,
};

export const isFiltered = (filter: FleetFilter): boolean => {
  const { search, presence, api, version, channel, tags, retired, owner } = filter;
  return (
    retired ||
    channel !== null ||
    tags.length > 0 ||
    search !== '' ||
    presence !== 'all' ||
    api !== null ||
    version !== null ||
    owner !== null
  );
};

/**
 * The filter of the address and a function that changes parts of it. `deviceFilter` is for the gateway and lacks
 * the presence, which changes live and is filtered in the browser.
 */
export function useFleetFilter() {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => parse(params), [params]);
  const change = useCallback(
    (changes: Partial<FleetFilter>) =>
      setParams((before) => format({ ...parse(before), ...changes }), { replace: true }),
    [setParams],
  );
  const { search, api, version, channel, tags, retired, owner } = filter;
  const deviceFilter = useMemo(
    () => toDeviceFilter({ search, api, version, channel, tags, retired, owner }),
    [search, api, version, channel, tags, retired, owner],
  );
  return { filter, change, deviceFilter };
}

export function toDeviceFilter({
  search,
  api,
  version,
  channel,
  tags,
  retired,
  owner,
}: Omit<FleetFilter, 'presence' | 'order'>): DeviceFilter {
  return {
    ...(search ? { search } : {}),
    ...(api ? { api } : {}),
    ...(version ? { clientVersion: version } : {}),
    ...(channel ? { channel } : {}),
    ...(tags.length > 0 ? { tags: [...tags] } : {}),
    ...(retired ? { retired } : {}),
    ...(owner ? { userId: owner } : {}),
  };
}

function parse(params: URLSearchParams): FleetFilter {
  const owner = params.get('owner');
  return {
    search: params.get('q') ?? '',
    presence: presences.find((presence) => presence === params.get('state')) ?? 'all',
    api: apiOf(params.get('api') ?? ''),
    version: params.get('version'),
    channel: params.get('channel'),
    tags: params.getAll('tag'),
    retired: params.has('retired'),
    owner: owner === null ? null : nodeIdOf('user', owner),
    order: fleetOrderOf(params.get('sort')),
  };
}

function format({
  search,
  presence,
  api,
  version,
  channel,
  tags,
  retired,
  owner,
  order,
}: FleetFilter): URLSearchParams {
  const state = presence === 'all' ? null : presence;
  const sort = order === DEFAULT_ORDER ? null : order;
  const named = {
    q: search.trim(),
    state,
    api: api?.toLowerCase(),
    version,
    channel,
    retired: retired ? '1' : null,
    owner,
    sort,
  };
  const given = Object.entries(named).flatMap(([name, value]): [string, string][] =>
    value ? [[name, value]] : [],
  );
  return new URLSearchParams([...given, ...tags.map((tag): [string, string] => ['tag', tag])]);
}
