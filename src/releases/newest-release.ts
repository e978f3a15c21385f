import { DomainError } from '../errors.js';
import type { Events } from '../streams/events.js';
import type { Release } from './release.entity.js';
import { RELEASES } from './release-stream.js';
import { type Releases, STABLE } from './releases.js';
import { parseVersion } from './versions.js';

/** The newest stable release, in memory: every heartbeat asks for it. */
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
   * What a client should upgrade to.
   * @param version as the client reports it; one that does not compare to the release's counts as older.
   * @returns null when the client has it, or there is none.
   */
  async newerThan(version: string | null): Promise<Release | null> {
    const newest = await this.#read();
    return newest && isOlder(version, newest) ? newest : null;
  }

  #read(): Promise<Release | null> {
    if (this.#newest) return this.#newest;
    const reading = this.releases.latest(STABLE);
    this.#newest = reading;
    reading.catch(() => {
      if (this.#newest === reading) this.#newest = null;
    });
    return reading;
  }
}

function isOlder(text: string | null, { versionForm, versionOrder }: Release): boolean {
  if (text === null) return true;
  try {
    const { form, order } = parseVersion(text);
    return form !== versionForm || order < versionOrder;
  } catch (error) {
    if (error instanceof DomainError) return true;
    throw error;
  }
}
