import type { Events } from '../streams/events.js';
import { STABLE } from './channels.js';
import type { Release } from './release.entity.js';
import { RELEASES } from './release-events.js';
import type { Releases } from './releases.js';
import { readReportedVersion } from './versions.js';

/** Caches the newest stable release, which every heartbeat needs. */
export class NewestRelease {
  #newest: Promise<Release | null> | null = null;

  constructor(
    private readonly releases: Releases,
    events: Events,
  ) {
    events.subscribe(RELEASES, () => {
      this.#newest = null;
    });
  }

  /**
   * The release that a client should upgrade to.
   * @param version as the client reports it; null for a client that compares by itself.
   * @returns null if no release is strictly newer, or the version does not compare.
   */
  async newerThan(version: string | null): Promise<Release | null> {
    const newest = await this.#load();
    return newest && (version === null || isOlder(version, newest)) ? newest : null;
  }

  #load(): Promise<Release | null> {
    if (this.#newest) return this.#newest;
    const loading = this.releases.latest(STABLE);
    this.#newest = loading;
    loading.catch(() => {
      if (this.#newest === loading) this.#newest = null;
    });
    return loading;
  }
}

function isOlder(text: string, { versionScheme, versionOrder }: Release): boolean {
  const version = readReportedVersion(text);
  return version?.scheme === versionScheme && version.order < versionOrder;
}
