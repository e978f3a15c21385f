import { DomainError } from '../errors.js';
import type { Events } from '../streams/events.js';
import type { Release } from './release.entity.js';
import { RELEASES } from './release-stream.js';
import { type Releases, STABLE } from './releases.js';
import { parseVersion } from './versions.js';

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
   * @param version as the client reports it. A version of another scheme counts as older.
   * @returns null if the client is up to date, or there is no release.
   */
  async newerThan(version: string | null): Promise<Release | null> {
    const newest = await this.#load();
    return newest && isOlder(version, newest) ? newest : null;
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

function isOlder(text: string | null, { versionScheme, versionOrder }: Release): boolean {
  if (text === null) return true;
  try {
    const { scheme, order } = parseVersion(text);
    return scheme !== versionScheme || order < versionOrder;
  } catch (error) {
    if (error instanceof DomainError) return true;
    throw error;
  }
}
