import { useCallback, useMemo } from 'react';
import { useSearchParams } from 'react-router';
import type { DeviceFilter } from '../../generated/graphql.js';
import type { Presence } from './device-table.js';

/** Which devices are shown; kept in the address, so that it can be linked to and gone back to. */
export interface FleetFilter {
  readonly search: string;
  readonly presence: Presence;
  readonly door: string | null;
  readonly version: string | null;
  /** A user's id. */
  readonly owner: string | null;
}

const presences: readonly Presence[] = ['all', 'online', 'offline'];

/** The filter, a way to change some of it, and what of it the gateway selects by: what changes live is not. */
export function useFleetFilter() {
  const [params, setParams] = useSearchParams();
  const filter = useMemo(() => read(params), [params]);
  const change = useCallback(
    (changes: Partial<FleetFilter>) =>
      setParams((before) => write({ ...read(before), ...changes }), { replace: true }),
    [setParams],
  );
  const { search, door, version, owner } = filter;
  const asked = useMemo(() => selecting({ search, door, version, owner }), [search, door, version, owner]);
  return { filter, change, asked };
}

export const isNarrowed = ({ search, presence, door, version, owner }: FleetFilter): boolean =>
  search !== '' || presence !== 'all' || door !== null || version !== null || owner !== null;

export const everything: FleetFilter = {
  search: '',
  presence: 'all',
  door: null,
  version: null,
  owner: null,
};

function selecting({ search, door, version, owner }: Omit<FleetFilter, 'presence'>): DeviceFilter {
  return {
    ...(search ? { search } : {}),
    ...(door ? { door } : {}),
    ...(version ? { clientVersion: version } : {}),
    ...(owner ? { userId: owner } : {}),
  };
}

const read = (params: URLSearchParams): FleetFilter => ({
  search: params.get('q') ?? '',
  presence: presences.find((presence) => presence === params.get('state')) ?? 'all',
  door: params.get('door'),
  version: params.get('version'),
  owner: params.get('owner'),
});

function write({ search, presence, door, version, owner }: FleetFilter): URLSearchParams {
  const state = presence === 'all' ? null : presence;
  const named = { q: search.trim(), state, door, version, owner };
  return new URLSearchParams(
    Object.entries(named).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : [])),
  );
}
