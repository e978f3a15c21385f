import { type Command, Option } from 'commander';
import { UsageError } from '../failures.js';
import type { DeviceFilter, DeviceOrder } from '../gateway/gateway-devices.js';

/** Collects the values of an option that may be given several times. */
export const collect = (value: string, before: readonly string[] = []): string[] => [...before, value];

export interface FilterOptions {
  readonly group?: string;
  readonly search?: string;
  readonly tag?: string[];
  readonly channel?: string;
  readonly clientVersion?: string;
  readonly owner?: string;
  readonly online?: true;
  readonly offline?: true;
  readonly retired?: true;
}

export const withFilterOptions = (command: Command): Command =>
  command
    .option('--group <name>', 'devices of this group; other options narrow it down')
    .option('--search <text>', 'part of a name, tag, device id or owner')
    .option('--tag <tag>', 'devices with this tag; with several, those that have all of them', collect)
    .option('--channel <channel>', 'devices of this channel')
    .option('--client-version <version>', 'devices that reported exactly this version last')
    .option('--owner <id>', 'devices of this user, such as user_64')
    .option('--online', 'devices that are online')
    .option('--offline', 'devices that are offline')
    .option('--retired', 'retired devices instead of those in use');

/** @throws UsageError */
export function readFilter(options: FilterOptions): DeviceFilter {
  const { search, tag, channel, clientVersion, owner, online, offline, retired } = options;
  if (online && offline) throw new UsageError('--online and --offline exclude each other.');
  return {
    ...(search === undefined ? {} : { search }),
    ...(tag === undefined ? {} : { tags: tag }),
    ...(channel === undefined ? {} : { channel }),
    ...(clientVersion === undefined ? {} : { clientVersion }),
    ...(owner === undefined ? {} : { userId: owner }),
    ...(online || offline ? { online: online === true } : {}),
    ...(retired ? { retired } : {}),
  };
}

/** By which name the command line sorts, and by what the API does. */
const orders = {
  name: { field: 'NAME', direction: 'ASC' },
  version: { field: 'VERSION', direction: 'ASC' },
  'newest-version': { field: 'VERSION', direction: 'DESC' },
  owner: { field: 'OWNER', direction: 'ASC' },
  oldest: { field: 'FIRST_SEEN_AT', direction: 'ASC' },
  newest: { field: 'FIRST_SEEN_AT', direction: 'DESC' },
  'longest-offline': { field: 'OFFLINE_SINCE', direction: 'ASC' },
  'recently-seen': { field: 'OFFLINE_SINCE', direction: 'DESC' },
} as const satisfies Record<string, DeviceOrder>;

export interface SortOptions {
  readonly sort: keyof typeof orders;
}

/** For commands that list devices. */
export const withSorting = (command: Command): Command =>
  command.addOption(
    new Option('--sort <order>', 'how to sort').choices(Object.keys(orders)).default('oldest'),
  );

export const readSorting = ({ sort }: SortOptions): DeviceOrder => orders[sort];

export interface SelectionOptions extends FilterOptions {
  readonly all?: true;
  readonly yes?: true;
}

/** For commands that act on one device, on several, or on those that a filter selects. */
export const withSelection = (command: Command): Command =>
  withFilterOptions(command.argument('[ids...]', 'ids of devices, from device list'))
    .option('--all', 'all devices in use')
    .option('--yes', 'do not ask before several devices are changed');

/** Which devices a command is about. */
export interface DeviceSelection {
  readonly filter: DeviceFilter;
  /** The name of a group that they are in, too. */
  readonly group: string | null;
}

/** @throws UsageError unless devices are selected in one way. */
export function readSelection(ids: readonly string[], options: SelectionOptions): DeviceSelection {
  const filter = readFilter(options);
  const { group = null } = options;
  const isFiltered = group !== null || Object.keys(filter).length > 0;
  const ways = [ids.length > 0, isFiltered, options.all === true].filter(Boolean).length;
  if (ways === 0)
    throw new UsageError('Name devices by their ids, or select them with options such as --tag.');
  if (ways > 1)
    throw new UsageError(
      'Name devices by their ids, by options such as --tag, or with --all, in one way only.',
    );
  return { filter: ids.length > 0 ? { ids } : filter, group };
}

/** The id where a selection names exactly one; else null. */
export const singleId = ({ filter: { ids } }: DeviceSelection): string | null =>
  ids?.length === 1 ? (ids[0] ?? null) : null;
