import type { Events } from '../streams/events.js';
import type { Release } from './release.entity.js';
import { RELEASES } from './release-events.js';
import type { Releases } from './releases.js';
import { readReportedVersion } from './versions.js';

/** Devices may have channels without releases, of which there may be many. */
const MAX_CACHED = 1000;

/** Caches the newest release of each channel that devices have, which every heartbeat needs. */
export class NewestRelease {
  readonly #newest = new Map<string, Promise<Release | null>>();

  constructor(
    private readonly releases: Releases,
    events: Events,
  ) {
    events.subscribe(RELEASES, () => this.#newest.clear());
  }

  /**
   * The release that a client should upgrade to.
   * @param version as the client reports it; null for a client that compares by itself.
   * @returns null if no release is strictly newer, or the version does not compare.
   */
  async newerThan(version: string | null, channel: string): Promise<Release | null> {
    const newest = await this.#load(channel);
    return newest && (version === null || isOlder(version, newest)) ? newest : null;
  }

  #load(channel: string): Promise<Release | null> {
    const known = this.#newest.get(channel);
    if (known) return known;
    const loading = this.releases.latest(channel);
    if (this.#newest.size >= MAX_CACHED) this.#newest.clear();
    this.#newest.set(channel, loading);
    loading.catch(() => {
      if (this.#newest.get(channel) === loading) this.#newest.delete(channel);
    });
    return loading;
  }
}

function isOlder(text: string, { versionScheme, versionOrder }: Release): boolean {
  const version = readReportedVersion(text);
  return version?.scheme === versionScheme && version.order < versionOrder;
}
