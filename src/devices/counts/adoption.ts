import type { Release } from '../../releases/release.entity.js';
import type { Releases } from '../../releases/releases.js';
import { readReportedVersion } from '../../releases/versions.js';

/** How many devices report a version; null for those that report none. */
export interface VersionCount {
  readonly clientVersion: string | null;
  readonly devices: number;
}

export interface Adoption extends VersionCount {
  /** Null for a version that is no release of the channel. */
  readonly release: Release | null;
  /** Whether the version compares with the releases of the channel. Devices with another one are offered none. */
  readonly comparable: boolean;
}

/**
 * Finds the release of a channel that each reported version is, however a device spells it. The latest release is
 * included even if no device reports it yet.
 * @param channel null for versions alone.
 * @throws DomainError INVALID_INPUT for what cannot be a channel.
 */
export async function adoptionIn(
  channel: string | null,
  counts: readonly VersionCount[],
  releases: Releases,
): Promise<Adoption[]> {
  const versions = counts.map(({ clientVersion }) => readReportedVersion(clientVersion ?? ''));
  const orders = versions.flatMap((version) => version?.order ?? []);
  const latest = channel === null ? null : await releases.latest(channel);
  const found = channel === null ? [] : await releases.findVersions(channel, orders);
  const byOrder = new Map(found.map((release) => [release.versionOrder, release]));
  const rows = counts.map((count, index) => {
    const version = versions[index] ?? null;
    return {
      ...count,
      release: byOrder.get(version?.order ?? '') ?? null,
      comparable: version !== null && (latest === null || version.scheme === latest.versionScheme),
    };
  });
  if (latest === null || rows.some(({ release }) => release?.id === latest.id)) return rows;
  return [...rows, { clientVersion: latest.version, devices: 0, release: latest, comparable: true }];
}
